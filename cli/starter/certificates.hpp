// The Secret that holds the certificate of a public host today, as manifests name it.
#pragma once

#include <optional>
#include <string>

#include "measure/picture.hpp"

namespace nsew::starter {

struct DeclaredSecret {
  std::string name, ns;  // ns empty: not said
  std::string says;      // "Ingress web, at ingress.yaml:8:7"; names escaped
};
// The entry that names the host most exactly; of equal ones the first by kind, namespace and name.
std::optional<DeclaredSecret> declared_secret(const Picture&, const std::string& host);

}  // namespace nsew::starter
