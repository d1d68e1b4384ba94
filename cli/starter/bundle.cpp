#include "starter/bundle.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/version.hpp"

namespace nsew {
namespace {

constexpr std::string_view yaml_mark = "# written by nsew starter", markdown_mark = "<!-- written by nsew starter",
                           json_mark = "{\n  \"written_by\": \"nsew starter\"";

}  // namespace

bool written_by_nsew(std::string_view text) {
  for (const std::string_view mark : {yaml_mark, markdown_mark, json_mark}) {
    if (text.substr(0, mark.size()) == mark) return true;
  }
  return false;
}

namespace starter {
namespace {

std::string instant(std::uint64_t nanoseconds) {
  using namespace std::chrono;
  const sys_seconds at{seconds(nanoseconds / 1'000'000'000)};
  const sys_days day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

Json windows_of(const CallGraph& graph) {
  Json windows = Json::object();
  for (const auto& [source, window] : graph.windows) {
    if (window.to_ns == 0) continue;
    windows[std::string(name_of(source))] = {{"from", instant(window.from_ns)}, {"to", instant(window.to_ns)}};
  }
  return windows;
}

// Only what stands in a comment is a reference.
std::vector<std::string> ids_in(std::string_view text, std::string_view mark) {
  std::vector<std::string> ids;
  for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at)) {
    const std::size_t end = text.find('\n', at);
    std::string_view line = text.substr(at, end - at);
    at = end == std::string_view::npos ? text.size() : end;
    for (std::size_t e = line.find('E'); e != std::string_view::npos; e = line.find('E', e + 1)) {
      std::size_t stop = line.find_first_not_of("0123456789", e + 1);
      if (stop == std::string_view::npos) stop = line.size();
      if (stop - e >= 3) ids.emplace_back(line.substr(e, stop - e));
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

std::string Bundle::evidence(const std::string& what, const Json& value, const std::string& source) {
  for (const Item& item : items_) {
    if (item.what == what && item.value == value && item.source == source) return item.id;
  }
  items_.push_back({fmt::format("E{:02}", items_.size() + 1), what, source, value});
  return items_.back().id;
}

void Bundle::text(const std::string& path, int phase, const std::string& text) {
  files_.push_back({path, text, target_, phase, ids_in(text, "#")});
}

void Bundle::yaml(const std::string& path, int phase, const std::vector<Json>& documents) {
  text(path, phase, fmt::format("{} ({})\n{}", yaml_mark, target_, yaml_of(documents)));
}

void Bundle::kustomization(const std::string& folder, int phase, const std::string& comment,
                           const std::vector<std::string>& resources, const Json& patches) {
  Json document{{note(comment), nullptr},
                {"apiVersion", "kustomize.config.k8s.io/v1beta1"},
                {"kind", "Kustomization"},
                {"resources", resources}};
  if (!patches.empty()) document["patches"] = patches;
  yaml(folder + "/kustomization.yaml", phase, {document});
}

Json patch(const Json& target, const std::vector<Json>& operations) {
  return {{"target", target}, {"patch", yaml_of(Json(operations)) + "\n"}};
}

std::string Bundle::evidence_json() const {
  Json items = Json::object();
  for (const Item& item : items_)
    items[item.id] = {{"what", item.what}, {"value", item.value}, {"source", item.source}};
  Json files = Json::array();
  for (const StarterFile& file : files_) files.push_back({{"path", file.path}, {"bytes", file.text.size()}});
  const Json document{{"written_by", "nsew starter"},
                      {"nsew", std::string(version)},
                      {"target", target_},
                      {"windows", windows_of(assessment_.picture.graph)},
                      {"items", items},
                      {"files", files}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<StarterFile> Bundle::finish() {
  const bool anything_written = !files_.empty();
  if (!anything_written && !plan.lead.empty()) plan.lead.erase(plan.lead.begin());  // it tells what was written
  files_.push_back({"README.md", render(plan, target_, anything_written), target_, 0, {}});
  const auto by_path = [](const StarterFile& a, const StarterFile& b) { return a.path < b.path; };
  std::sort(files_.begin(), files_.end(), by_path);
  std::vector<std::string> ids;
  for (const Item& item : items_) ids.push_back(item.id);
  files_.push_back({"evidence.json", evidence_json(), target_, 0, ids});
  std::sort(files_.begin(), files_.end(), by_path);
  return std::move(files_);
}

}  // namespace starter
}  // namespace nsew
