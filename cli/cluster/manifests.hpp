// Reads manifests of any shape into an inventory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "cluster/inventory.hpp"

namespace nsew {

struct ManifestFile {
  std::string name;  // as shown in places
  std::string text;
  bool named = true;  // given by the user, not met while walking a directory
};

struct ManifestSummary {
  std::uint64_t records = 0;  // objects read
  std::uint64_t skipped = 0;  // documents that could not be parsed
  bool unrendered = false;    // a Helm template: refused kindly
};

// By content: YAML or JSON that holds Kubernetes objects (also `kind: List`), or an unrendered Helm template of one.
bool looks_like_manifest(std::string_view head);

// Adds what the file declares. Order of files does not matter once `finish` has run.
ManifestSummary read_manifest(const ManifestFile&, Inventory&, Diagnostics&);

// Sorts everything by kind, namespace, name and place, merges repeats, folds Pods and ReplicaSets into their owners,
// and leaves out what Kustomize would not apply (optional components that nothing uses, patches).
void finish(Inventory&, Diagnostics&);
void finish(Inventory&);  // the same, without a word about what was left out

}  // namespace nsew
