#include "app/waivers.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "lint/waivers.hpp"

namespace nsew {

Waiver waiver_of(const std::string& code, const std::string& object, const std::string& reason, const Location& where) {
  const auto blank = object.find(' ');
  if (blank == std::string::npos || blank == 0 || blank + 1 == object.size()) {
    throw Failure(exit_code::usage, fmt::format("the waiver of {} names no object but '{}'", code, object), where,
                  "write Kind name.namespace, for example: Service reports.shop-admin");
  }
  Waiver waiver = waiver_from_text(code, reason);
  const std::string name = object.substr(blank + 1);
  const auto dot = name.rfind('.');
  waiver.kind = object.substr(0, blank);
  waiver.object = name.substr(0, dot);
  waiver.ns = dot == std::string::npos ? "" : name.substr(dot + 1);
  waiver.where = where;
  return waiver;
}

Waiver waiver_from_flag(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    throw Failure(exit_code::usage, fmt::format("-S does not understand '{}'", text), {},
                  "write -S \"CODE=Kind name.namespace: reason (until 2026-12-31)\"");
  }
  const std::string rest = text.substr(equals + 1);
  const auto colon = rest.find(':');
  const std::string reason =
      colon == std::string::npos ? "" : std::string(trim(std::string_view(rest).substr(colon + 1)));
  return waiver_of(text.substr(0, equals), std::string(trim(rest.substr(0, colon))), reason, {"-S"});
}

}  // namespace nsew
