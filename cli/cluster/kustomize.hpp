#pragma once

#include "cluster/fields.hpp"
#include "cluster/inventory.hpp"
#include "cluster/node.hpp"

namespace nsew {

// A kustomization.yaml may go without kind and apiVersion.
bool is_kustomization(const Node& root, std::string_view kind, std::string_view api_version);
Kustomization read_kustomization(const Node& root, Object, Fields&);

// Why an object of this file is not applied; empty = it is.
class Applied {
 public:
  explicit Applied(const std::vector<Kustomization>&);
  std::string_view why_not(const std::string& file) const;

 private:
  std::vector<std::string> all_, unused_;     // folders of kustomizations; of those that nothing takes in
  std::vector<std::string> taken_, patches_;  // files that a used kustomization names
};

}  // namespace nsew
