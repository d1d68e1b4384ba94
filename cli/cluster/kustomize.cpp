#include "cluster/kustomize.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace nsew {

namespace {

std::string folder_of(const std::string& file) {
  return std::filesystem::path(file).parent_path().lexically_normal().generic_string();
}

std::string resolved(const std::string& folder, const std::string& reference) {
  std::string path = (std::filesystem::path(folder) / reference).lexically_normal().generic_string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool lists(const Node& root, std::string_view key) {
  const Node* node = root.find(key);
  return node && node->is(Node::Type::list) && node->first && node->first->is(Node::Type::text);
}

bool below(const std::string& folder, const std::string& top) {
  return top.empty() || folder == top || folder.starts_with(top + "/");
}

// One at the top of the tree is what `kubectl apply -k` on the directory applies. Without one every kustomization that
// is no component stands for itself.
std::vector<const Kustomization*> entry_points(const std::vector<Kustomization>& all) {
  std::vector<const Kustomization*> entries;
  for (const Kustomization& one : all) {
    const std::string folder = folder_of(one.object.where.file);
    const bool on_top = std::ranges::all_of(
        all, [&](const Kustomization& other) { return below(folder_of(other.object.where.file), folder); });
    if (on_top && !one.component) return {&one};
    if (!one.component) entries.push_back(&one);
  }
  return entries;
}

// What is reached from there.
std::set<std::string> reached_folders(const std::vector<Kustomization>& all) {
  std::set<std::string> reached;
  std::vector<const Kustomization*> waiting;
  const auto reach = [&](const Kustomization& one) {
    if (reached.insert(folder_of(one.object.where.file)).second) waiting.push_back(&one);
  };
  for (const Kustomization* entry : entry_points(all)) reach(*entry);
  while (!waiting.empty()) {
    const Kustomization& from = *waiting.back();
    waiting.pop_back();
    std::set<std::string> wanted;
    for (const std::string& reference : from.takes)
      wanted.insert(resolved(folder_of(from.object.where.file), reference));
    for (const Kustomization& one : all)
      if (wanted.contains(folder_of(one.object.where.file))) reach(one);
  }
  return reached;
}

}  // namespace

bool is_kustomization(const Node& root, std::string_view kind, std::string_view api_version) {
  if (api_version.starts_with("kustomize.config.k8s.io/")) return true;
  return kind.empty() && !root.find("metadata") && (lists(root, "resources") || lists(root, "bases"));
}

Kustomization read_kustomization(const Node& root, Object object, Fields& fields) {
  Kustomization read;
  read.component = object.kind == "Component";
  read.object = std::move(object);
  for (const std::string_view key : {"resources", "bases", "components"})
    for (std::string& reference : fields.texts(&root, key)) read.takes.push_back(std::move(reference));
  if (lists(root, "patchesStrategicMerge")) read.patches = fields.texts(&root, "patchesStrategicMerge");
  for (const std::string_view key : {"patches", "patchesJson6902"}) {
    const Node* list = root.find(key);
    if (!list || !list->is(Node::Type::list)) continue;
    for (const Node& patch : *list) {
      const Node* path = patch.is(Node::Type::map) ? patch.find("path") : &patch;
      if (path && path->is(Node::Type::text)) read.patches.emplace_back(path->text);
    }
  }
  return read;
}

Applied::Applied(const std::vector<Kustomization>& all) {
  const auto reached = reached_folders(all);
  std::set<std::string> taken, patches;
  for (const Kustomization& one : all) {
    const std::string folder = folder_of(one.object.where.file);
    const bool used = reached.empty() || reached.contains(folder);
    all_.push_back(folder);
    if (!used) unused_.push_back(folder);
    for (const std::string& patch : one.patches) patches.insert(resolved(folder, patch));
    if (!used) continue;
    for (const std::string& reference : one.takes) taken.insert(resolved(folder, reference));
  }
  taken_.assign(taken.begin(), taken.end());
  std::ranges::set_difference(patches, taken, std::back_inserter(patches_));
  std::ranges::sort(all_);
  std::ranges::sort(unused_);
}

std::string_view Applied::why_not(const std::string& file) const {
  if (all_.empty()) return {};
  const std::string path = std::filesystem::path(file).lexically_normal().generic_string();
  if (std::ranges::binary_search(taken_, path)) return {};
  if (std::ranges::binary_search(patches_, path)) return "left out: a Kustomize patch, which changes other objects";
  for (std::string folder = folder_of(file);; folder = folder_of(folder)) {
    if (std::ranges::binary_search(unused_, folder)) return "left out: no kustomization in use takes it in";
    if (std::ranges::binary_search(all_, folder) || folder.empty() || folder == folder_of(folder)) return {};
  }
}

}  // namespace nsew
