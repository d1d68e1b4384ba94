#include "starter/certificates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "starter/match.hpp"
#include "starter/members.hpp"
#include "starter/names.hpp"

namespace nsew::starter {
namespace {

// What a Secret may be called: labels with dots between them.
bool is_secret_name(const std::string& name) {
  const auto labels = split(name, '.');
  return name.size() <= 253 && std::all_of(labels.begin(), labels.end(), [](const auto& l) { return is_dns_label(l); });
}

class Search {
 public:
  explicit Search(const std::string& host) : host_(host) {}

  void look(const Object& object, const std::string& pattern, const std::string& secret, const std::string& ns,
            const Location& where) {
    const std::string covered = host_of(pattern);
    const auto found = host_rank(covered == "*" ? "" : covered, host_);
    if (!found || !is_secret_name(secret) || (best_ && *found <= rank_)) return;
    rank_ = *found;
    best_ = {secret, ns, fmt::format("{}, at {}", code(object.kind + " " + object.name), place_of(where))};
  }
  const std::optional<DeclaredSecret>& best() const { return best_; }

 private:
  const std::string& host_;
  std::optional<DeclaredSecret> best_;
  std::size_t rank_ = 0;
};

}  // namespace

std::optional<DeclaredSecret> declared_secret(const Picture& picture, const std::string& host) {
  Search search(host);
  for (const Route& route : picture.inventory.routes) {
    for (const Route::Certificate& entry : route.certificates) {
      for (const std::string& name : entry.hosts.empty() ? route.hosts : entry.hosts)
        search.look(route.object, name, entry.secret, route.object.ns, entry.where);
    }
  }
  for (const GatewayObject& gateway : picture.inventory.gateways) {
    for (const GatewayObject::Listener& listener : gateway.listeners)
      search.look(gateway.object, listener.host, listener.secret, listener.secret_ns, listener.where);
  }
  return search.best();
}

}  // namespace nsew::starter
