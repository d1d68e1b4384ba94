#include "starter/yaml.hpp"

#include <algorithm>

#include "base/escape.hpp"
#include "base/text.hpp"

namespace nsew::starter {
namespace {

constexpr std::size_t flow_width = 100;

bool is_comment(std::string_view key) { return key.substr(0, 1) == "#"; }

void comment(std::string_view text, std::size_t indent, std::string& out) {
  for (const std::string_view line : split(text, '\n')) {
    out += std::string(indent, ' ') + "# " + escape::yaml_comment(line) + "\n";
  }
}

// A literal block shows printable ASCII as it is; anything else goes through the quoting of escape::yaml.
bool fits_literal(std::string_view text) {
  return text.find('\n') != std::string_view::npos && text.front() != ' ' && text.front() != '\n' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); });
}

void literal(std::string_view text, std::size_t indent, std::string& out) {
  out += text.back() == '\n' ? " |\n" : " |-\n";
  for (const std::string_view line : split(trim(text), '\n')) {
    out += line.empty() ? "\n" : std::string(indent, ' ') + std::string(line) + "\n";
  }
}

std::string scalar(const Json& value) {
  return value.is_string() ? escape::yaml(value.get_ref<const std::string&>()) : value.dump();
}

std::string flow(const Json& list) {
  std::vector<std::string> parts;
  for (const Json& item : list) parts.push_back(scalar(item));
  return "[" + join(parts, ", ") + "]";
}

bool fits_flow(const Json& list) {
  return std::none_of(list.begin(), list.end(), [](const Json& item) { return item.is_structured(); }) &&
         flow(list).size() <= flow_width;
}

void map_body(const Json& map, std::size_t indent, bool first_is_placed, std::string& out);
void list_body(const Json& list, std::size_t indent, std::string& out);

// What follows "key:".
void value_of_key(const Json& value, std::size_t indent, std::string& out) {
  if (value.is_object() && !value.empty()) {
    out += "\n";
    map_body(value, indent + 2, false, out);
  } else if (value.is_array() && !fits_flow(value)) {
    out += "\n";
    list_body(value, indent + 2, out);
  } else if (value.is_array()) {
    out += " " + flow(value) + "\n";
  } else if (value.is_string() && fits_literal(value.get_ref<const std::string&>())) {
    literal(value.get_ref<const std::string&>(), indent + 2, out);
  } else {
    out += " " + (value.is_object() ? "{}" : scalar(value)) + "\n";
  }
}

void map_body(const Json& map, std::size_t indent, bool first_is_placed, std::string& out) {
  bool placed = first_is_placed;
  for (const auto& [key, value] : map.items()) {
    if (is_comment(key)) {
      if (!placed) comment(key.substr(1), indent, out);
      continue;
    }
    if (!placed) out += std::string(indent, ' ');
    placed = false;
    out += escape::yaml(key) + ":";
    value_of_key(value, indent, out);
  }
}

// Comments before an item's first key stand above its dash.
void list_body(const Json& list, std::size_t indent, std::string& out) {
  for (const Json& item : list) {
    if (!item.is_object() || item.empty()) {
      out += std::string(indent, ' ') + "- " +
             (item.is_array()    ? flow(item)
              : item.is_object() ? "{}"
                                 : scalar(item)) +
             "\n";
      continue;
    }
    for (const auto& [key, value] : item.items()) {
      if (!is_comment(key)) break;
      comment(key.substr(1), indent, out);
    }
    out += std::string(indent, ' ') + "- ";
    map_body(item, indent + 2, true, out);
  }
}

}  // namespace

std::string yaml_of(const Json& document) {
  std::string out;
  if (document.is_array()) {
    list_body(document, 0, out);
  } else {
    map_body(document, 0, false, out);
  }
  return out;
}

std::string yaml_of(const std::vector<Json>& documents) {
  std::string out;
  for (const Json& document : documents) out += (out.empty() ? "" : "---\n") + yaml_of(document);
  return out;
}

}  // namespace nsew::starter
