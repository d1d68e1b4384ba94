// Every check of the room, each in a file of its name; check_table.cpp puts them in order.
#pragma once

#include "lint/finding.hpp"

namespace nsew {

extern const Check internal_load_balancer, unused_route, undeclared_host, retired_gateway, mesh_label_without_mesh,
    port_without_protocol, shared_service_account, decision_drift, waiver_without_reason, expired_waiver, unused_waiver;

}  // namespace nsew
