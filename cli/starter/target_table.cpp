#include "starter/table.hpp"

namespace nsew {
namespace {

const Target* const table[] = {&starter::gateway_api_target, &starter::envoy_gateway_target,
                               &starter::istio_ambient_target};

}  // namespace

std::span<const Target* const> targets() { return table; }

const Target* target_called(std::string_view name) {
  for (const Target* target : table) {
    if (target->name == name) return target;
  }
  return nullptr;
}

}  // namespace nsew
