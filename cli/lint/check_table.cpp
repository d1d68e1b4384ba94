#include <array>

#include "lint/checks.hpp"

namespace nsew {
namespace {

constexpr std::array table = {
    &internal_load_balancer,  &unused_route,          &undeclared_host,        &retired_gateway,
    &mesh_label_without_mesh, &port_without_protocol, &shared_service_account, &decision_drift,
    &waiver_without_reason,   &expired_waiver,        &unused_waiver};

}  // namespace

std::span<const Check* const> checks() { return table; }

}  // namespace nsew
