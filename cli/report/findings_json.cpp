#include "report/findings_json.hpp"

#include "base/escape.hpp"

namespace nsew {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  std::string text = json.dump(2, ' ', true);
  for (std::size_t at = text.find("</"); at != std::string::npos; at = text.find("</", at + 3))
    text.insert(at + 1, "\\");
  return text + "\n";
}

Json location_json(const Location& where) {
  if (where.file.empty()) return nullptr;
  Json json{{"file", escape::utf8(where.file)}};
  json["line"] = where.line == 0 ? Json(nullptr) : Json(where.line);
  json["column"] = where.column == 0 ? Json(nullptr) : Json(where.column);
  return json;
}

Json findings_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& f : findings) {
    Json resource = nullptr;
    if (!f.object.empty()) {
      resource = {{"kind", escape::utf8(f.kind)},
                  {"namespace", f.ns.empty() ? Json(nullptr) : Json(escape::utf8(f.ns))},
                  {"name", escape::utf8(f.object)}};
    }
    list.push_back({{"code", f.code},
                    {"name", f.name},
                    {"level", name_of(f.level)},
                    {"message", escape::utf8(f.message)},
                    {"resource", resource},
                    {"location", location_json(f.location)},
                    {"fingerprint", f.fingerprint},
                    {"remedy", escape::utf8(f.remedy)},
                    {"suppressed", f.suppressed.empty() ? Json(nullptr) : Json(escape::utf8(f.suppressed))}});
  }
  return list;
}

}  // namespace nsew
