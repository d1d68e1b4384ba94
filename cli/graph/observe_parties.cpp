#include "graph/observe_parties.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "input/sink.hpp"

namespace nsew {
namespace {

using PodName = std::pair<std::string_view, std::string_view>;  // namespace, pod

bool has_label(const Party& p) { return !p.app.empty() || !p.workload.empty(); }

std::uint16_t score_of(const Party& p) {
  unsigned score = 0;
  for (const bool known : {!p.pod.empty(), !p.ns.empty(), !p.app.empty(), !p.workload.empty(), !p.service.empty(),
                           !p.reserved.empty(), !p.host.empty(), !p.identity.empty(), !p.address.empty()})
    score = score * 2 + (known ? 1U : 0U);
  return static_cast<std::uint16_t>(score);
}

bool is_hash(std::string_view word) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return word.size() >= 5 && word.size() <= 10 && std::ranges::all_of(word, plain) &&
         (word.size() == 5 || word.find_first_of("0123456789") != std::string_view::npos);
}

// reviews-v1-545db77b95-7xk2p -> reviews-v1; kafka-0 -> kafka.
std::string_view without_hashes(std::string_view pod) {
  for (int times = 0; times < 2; ++times) {
    const std::size_t dash = pod.rfind('-');
    if (dash == std::string_view::npos || dash == 0) return pod;
    const std::string_view last = pod.substr(dash + 1);
    const bool ordinal = times == 0 && last.find_first_not_of("0123456789") == std::string_view::npos && !last.empty();
    if (!ordinal && !is_hash(last)) return pod;
    pod = pod.substr(0, dash);
    if (ordinal) return pod;
  }
  return pod;
}

// The service that most lines place at an address; of equals the first by name.
struct Placed {
  std::string_view ns, service, host;
  auto operator<=>(const Placed&) const = default;
};

class Knowledge {
 public:
  Knowledge(std::span<const Party> parties, std::span<const std::uint64_t> placings) {
    for (std::size_t i = 0; i < parties.size(); ++i) note(parties[i], i < placings.size() ? placings[i] : 0);
  }

  Party completed(Party p) const {
    by_pod(p);
    by_identity(p);
    by_address(p);
    return p;
  }

 private:
  void note(const Party& p, std::uint64_t placings) {
    if (!p.pod.empty() && has_label(p)) keep_best(pods_, PodName(p.ns, p.pod), p);
    if (!p.identity.empty() && !p.ns.empty()) keep_best(identities_, p.identity, p);
    if (placings != 0 && !p.address.empty() && !p.ns.empty() && !p.service.empty())
      services_[p.address][Placed{p.ns, p.service, p.host}] += placings;
  }

  // Of two, the one that says more; of equals the first by its names, so that no order of input shows.
  template <class Key>
  static void keep_best(std::map<Key, Party>& known, const Key& key, const Party& p) {
    const auto [found, added] = known.try_emplace(key, p);
    if (added) return;
    const auto rank = [](const Party& q) {
      return std::tuple(q.app.empty(), q.workload.empty(), q.identity.empty(), q.ns, q.app, q.workload, q.identity,
                        q.service, q.pod, q.cluster);
    };
    if (rank(p) < rank(found->second)) found->second = p;
  }

  void by_pod(Party& p) const {
    const auto found = p.pod.empty() ? pods_.end() : pods_.find(PodName(p.ns, p.pod));
    if (found == pods_.end()) return;
    for (const auto field : {&Party::app, &Party::workload, &Party::service, &Party::identity, &Party::cluster})
      if ((p.*field).empty()) p.*field = found->second.*field;
  }

  void by_identity(Party& p) const {
    const bool unnamed = p.ns.empty() && p.pod.empty() && !has_label(p) && p.reserved.empty() && p.service.empty();
    const auto found = unnamed && !p.identity.empty() ? identities_.find(p.identity) : identities_.end();
    if (found == identities_.end()) return;
    const Party& known = found->second;
    p.ns = known.ns, p.cluster = known.cluster, p.app = known.app;
    if (p.app.empty()) p.workload = known.workload.empty() ? without_hashes(known.pod) : known.workload;
    p.address = {};  // of the node whose proxy opened this leg
  }

  void by_address(Party& p) const {
    const bool unnamed = p.service.empty() && p.host.empty() && p.reserved.empty() && !has_label(p);
    const auto found = unnamed && !p.address.empty() ? services_.find(p.address) : services_.end();
    if (found == services_.end()) return;
    const auto more = [](const auto& a, const auto& b) { return a.second < b.second; };
    const Placed& placed = std::ranges::max_element(found->second, more)->first;
    if (!p.ns.empty() && p.ns != placed.ns) return;
    p.ns = placed.ns, p.service = placed.service, p.host = placed.host;
  }

  std::map<PodName, Party> pods_;
  std::map<std::string_view, Party> identities_;
  std::map<std::string_view, std::map<Placed, std::uint64_t>> services_;
};

// Good enough to tell edges apart inside one input; what a node is called is settled by identity.
std::string service_name(const Party& p) {
  std::string name(p.ns);
  name.push_back('\x1f');
  for (const std::string_view word : {p.service, p.app, p.workload, without_hashes(p.pod)})
    if (!word.empty()) return name.append(word);
  name.append(p.reserved).push_back('\x1f');
  return name.append(p.host.empty() ? p.address : p.host).append(p.identity);
}

template <class Text>
std::vector<Text> sorted_distinct(std::vector<Text> texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::uint32_t place_in(const std::vector<std::string>& sorted, const std::string& text) {
  return static_cast<std::uint32_t>(std::ranges::lower_bound(sorted, text) - sorted.begin());
}

}  // namespace

LearnedParties learn(std::span<const std::string> packed_parties, std::span<const std::uint64_t> placings) {
  std::vector<Party> parties;
  for (const std::string& text : packed_parties) parties.push_back(unpacked_party(text));
  const Knowledge knowledge(parties, placings);

  LearnedParties learned;
  std::vector<std::string> texts, services;
  for (const Party& party : parties) {
    const Party completed = knowledge.completed(party);
    texts.push_back(packed(completed)), services.push_back(service_name(completed));
    const bool by_identity = party.pod.empty() && !party.identity.empty() && !completed.ns.empty();
    learned.of.push_back({.place = 0, .service = 0, .score = score_of(completed), .by_identity = by_identity});
  }
  learned.texts = texts;
  learned.texts.emplace_back();
  learned.texts = sorted_distinct(std::move(learned.texts));
  const std::vector<std::string> distinct_services = sorted_distinct(services);
  for (std::size_t i = 0; i < parties.size(); ++i) {
    learned.of[i].place = place_in(learned.texts, texts[i]);
    learned.of[i].service = place_in(distinct_services, services[i]);
  }
  return learned;
}

}  // namespace nsew
