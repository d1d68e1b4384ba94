// The product versions that targets are written for: rules/targets.yaml.
#pragma once

#include <string>

namespace nsew::starter {

struct Product {
  std::string version, kubernetes, gateway_api, controller, namespace_;
};
// Empty fields when the file does not have the product.
Product product(const std::string& name);

}  // namespace nsew::starter
