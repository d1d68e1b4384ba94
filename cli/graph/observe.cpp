#include "graph/observe.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>

#include "graph/observe_parties.hpp"
#include "graph/observe_sight.hpp"
#include "graph/observe_tenants.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

constexpr std::uint64_t ns_per_minute = 60'000'000'000;

// An observation's place, sorted by key so that those of one call are neighbours.
struct Row {
  std::uint64_t key;
  std::uint32_t sink, at;
};

using Services = std::pair<std::uint32_t, std::uint32_t>;  // caller's and callee's (LearnedParties)

class Observer {
 public:
  Observer(const std::vector<RecordSink>& sinks, const Names& names, const ObserveOptions& options)
      : sinks_(sinks), names_(names), options_(options) {}

  Observed run();

 private:
  using Sights = std::vector<Sight>;

  std::vector<Row> rows() const;
  std::vector<std::uint64_t> placings() const;
  Sight sight(const Row&) const;
  const LearnedParties::Learned& party(std::uint32_t id) const { return learned_.of[id]; }

  void take_group(std::span<const Row>);
  void take_connection(Sights);
  void take_answers(const Sights&);
  void take_requests_inside(const ObservedCall&, const Sights&);
  void take_requests(Sights);
  void take_destination(std::span<const Sight>);
  void take_alone(const Sight&);
  std::uint32_t chief_operation(const Sights&) const;
  ObservedCall call_of(const Sight& speaks, std::uint32_t source, std::uint32_t destination) const;
  struct Verdict {
    bool denied = false, answered = false;
  };
  void add_connection(Verdict, const Sights& of_verdict, const Sights& all);
  void add_call(const Sight& speaks, std::span<const Sight* const> others);
  void settle_legs();

  const std::vector<RecordSink>& sinks_;
  const Names& names_;
  const ObserveOptions& options_;
  Tenants tenants_;
  LearnedParties learned_;
  std::vector<std::uint32_t> first_alike_;  // by operation: the first that differs in nothing but the user agent
  Observed out_;
  std::map<ObservedCall, ObservedStats> calls_, requests_inside_;
  std::set<Services> named_edges_;  // of connections that their own records name
  // Connections that are legs behind a proxy if their edge turns out to be a named one.
  std::map<std::pair<Services, ObservedCall>, ObservedStats> legs_;
};

void note_time(ObservedStats& stats, std::uint64_t first, std::uint64_t last) {
  if (first == 0) return;
  if (stats.first_ns == 0 || first < stats.first_ns) stats.first_ns = first;
  stats.last_ns = std::max(stats.last_ns, last);
}

void merge(ObservedStats& into, const ObservedStats& other) {
  into.calls.merge(other.calls), into.errors.merge(other.errors), into.latency.merge(other.latency);
  into.records += other.records, into.bytes += other.bytes;
  for (const auto& [minute, count] : other.minutes) into.minutes[minute] += count;
  note_time(into, other.first_ns, other.last_ns);
}

struct Counted {
  double probability = 1;
  std::uint64_t calls = 1, bytes = 0;
};

// One more call that observations saw, or several that began together.
void count_call(ObservedStats& stats, Counted counted, bool error, std::uint64_t first, std::uint64_t last) {
  stats.calls.add(counted.probability, counted.calls);
  if (error) stats.errors.add(counted.probability);
  stats.bytes += counted.bytes;
  if (first != 0) stats.minutes[static_cast<std::uint32_t>(first / ns_per_minute)] += counted.calls;
  note_time(stats, first, last);
}

std::vector<Row> Observer::rows() const {
  std::vector<Row> rows;
  std::size_t total = 0;
  for (const RecordSink& sink : sinks_) total += sink.store().observations.size();
  rows.reserve(total);
  for (std::uint32_t s = 0; s < sinks_.size(); ++s) {
    std::uint32_t at = 0;
    for (const Observation& o : sinks_[s].store().observations) {
      const bool early = o.time_ns != 0 && o.time_ns < options_.since_ns;
      const bool late = options_.until_ns != 0 && o.time_ns >= options_.until_ns;
      if (!early && !late) rows.push_back({o.key, s, at});
      ++at;
    }
  }
  std::ranges::sort(rows, {}, &Row::key);
  return rows;
}

std::vector<std::uint64_t> Observer::placings() const {
  std::vector<std::uint64_t> placings(names_.parties.size());
  for (std::size_t s = 0; s < sinks_.size(); ++s)
    for (const Observation& o : sinks_[s].store().observations)
      if (o.recorder != Recorder::network) ++placings[names_.remaps[s].parties[o.destination]];
  return placings;
}

Sight Observer::sight(const Row& row) const {
  const Observation& o = sinks_[row.sink].store().observations[row.at];
  const Names::Remap& remap = names_.remaps[row.sink];
  return {.source = tenants_.at(remap.parties[o.source], o.time_ns),
          .destination = tenants_.at(remap.parties[o.destination], o.time_ns),
          .operation = remap.operations[o.operation],
          .source_port = o.source_port,
          .destination_port = o.destination_port,
          .answer = is_reply(o),
          .record = &o};
}

ObservedCall Observer::call_of(const Sight& speaks, std::uint32_t source, std::uint32_t destination) const {
  const Observation& o = *speaks.record;
  return {.source = party(source).place,
          .destination = party(destination).place,
          .operation = speaks.operation,
          .unit = o.unit,
          .protocol = o.protocol,
          .destination_port = speaks.destination_port,
          .recorder = o.recorder,
          .denied = o.denied,
          .unrouted = o.unrouted,
          .mesh = o.mesh};
}

// What most of a connection's requests asked for; of equals the first.
std::uint32_t Observer::chief_operation(const Sights& sights) const {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const Sight& s : sights) ++counts[s.operation];
  counts.erase(0);
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto most = std::ranges::max_element(counts, fewer);
  return most == counts.end() ? 0 : most->first;
}

// How well a record names an end: the best recorder first, then the party that says most, then the first in order.
std::tuple<int, int, std::int64_t> naming(const Sight& s, const LearnedParties::Learned& party) {
  return {rank_of(s.record->recorder), party.score, -static_cast<std::int64_t>(party.place)};
}

// What one place recorded of a connection adds up; the place that recorded most speaks for all.
struct Amount {
  std::uint64_t opened = 0, bytes = 0;
};
Amount amount_of(const std::vector<Sight>& sights) {
  std::map<std::pair<Recorder, std::uint32_t>, Amount> by_place;
  for (const Sight& s : sights) {
    Amount& amount = by_place[{s.record->recorder, s.record->point}];
    amount.opened += s.record->opened, amount.bytes += s.record->bytes;
  }
  Amount most{1, 0};
  for (const auto& [place, amount] : by_place)
    most = {std::max(most.opened, amount.opened), std::max(most.bytes, amount.bytes)};
  return most;
}

void Observer::add_connection(Verdict verdict, const Sights& of_verdict, const Sights& all) {
  const Sight* speaks = &of_verdict.front();
  std::uint32_t source = speaks->source, destination = speaks->destination;
  const Sight *source_by = speaks, *destination_by = speaks;
  std::uint64_t first = 0, last = 0, slowest = 0;
  bool error = false;
  for (const Sight& s : all) {
    const Observation& o = *s.record;
    if (naming(s, party(s.source)) > naming(*source_by, party(source))) source = s.source, source_by = &s;
    if (naming(s, party(s.destination)) > naming(*destination_by, party(destination)))
      destination = s.destination, destination_by = &s;
    if (o.time_ns != 0 && (first == 0 || o.time_ns < first)) first = o.time_ns;
    last = std::max(last, o.time_ns), slowest = std::max(slowest, o.duration_ns), error = error || o.error;
  }
  for (const Sight& s : of_verdict)
    if (content_of(s) < content_of(*speaks)) speaks = &s;
  ObservedCall call = call_of(*speaks, source, destination);
  call.operation = chief_operation(all), call.denied = verdict.denied, call.answered = verdict.answered;
  const Services services(party(source).service, party(destination).service);
  const bool leg = !verdict.denied && (party(source).by_identity || party(destination).by_identity);
  ObservedStats& stats = leg ? legs_[{services, call}] : calls_[call];
  stats.records += all.size();
  const Amount amount = amount_of(all);
  count_call(stats, {speaks->record->probability, amount.opened, amount.bytes}, error, first, last);
  if (slowest != 0) stats.latency.add(LatencySketch::bucket_of(slowest));
  if (leg || verdict.denied) return;
  named_edges_.insert(services);
  take_requests_inside(call, all);
}

// Requests by what was asked, with their answers, which do not repeat the user agent. The first answers of a recording
// may be to requests before it.
void Observer::take_requests_inside(const ObservedCall& connection, const Sights& sights) {
  std::map<std::uint32_t, Sights> asked, answered;
  for (const Sight& s : sights)
    if (s.operation != 0) (s.answer ? answered : asked)[first_alike_[s.operation]].push_back(s);
  for (const auto& [alike, requests] : asked) {
    Sights& answers = answered[alike];
    std::ranges::sort(answers, {}, [](const Sight& s) { return std::pair(s.record->time_ns, content_of(s)); });
    answers.erase(answers.begin(),
                  answers.end() - static_cast<std::ptrdiff_t>(std::min(answers.size(), requests.size())));
    ObservedCall call = connection;
    call.unit = Unit::requests, call.operation = chief_operation(requests);
    ObservedStats& stats = requests_inside_[call];
    stats.records += requests.size() + answers.size();
    for (const Sight& s : requests)
      count_call(stats, {s.record->probability, 1, s.record->bytes}, false, s.record->time_ns, s.record->time_ns);
    for (const Sight& s : answers) {
      if (s.record->error) stats.errors.add(s.record->probability);
      if (s.record->duration_ns != 0) stats.latency.add(LatencySketch::bucket_of(s.record->duration_ns));
    }
  }
}

// Refused and let through are told apart: a connection may be both, and then is counted as both.
void Observer::take_connection(Sights sights) {
  Sights let_through, denied, answers;
  out_.portless += std::erase_if(sights, [](const Sight& s) { return is_portless(*s.record); });
  turn(sights);
  for (const Sight& s : sights) (s.answer ? answers : s.record->denied ? denied : let_through).push_back(s);
  out_.replies += answers.size();
  if (let_through.empty() && denied.empty() && !answers.empty()) return take_answers(answers);
  const std::size_t counted = (let_through.empty() ? 0 : 1) + (denied.empty() ? 0 : 1);
  out_.repeated += let_through.size() + denied.size() - counted;
  if (!denied.empty()) add_connection({.denied = true}, denied, denied);
  if (let_through.empty()) return;
  Sights all = let_through;
  all.insert(all.end(), answers.begin(), answers.end());
  add_connection({}, let_through, all);
}

// Whoever answers was asked.
void Observer::take_answers(const Sights& answers) {
  const bool refused = std::ranges::all_of(answers, [](const Sight& s) { return s.record->denied; });
  add_connection({.denied = refused, .answered = true}, answers, answers);
}

void Observer::add_call(const Sight& speaks, std::span<const Sight* const> others) {
  bool error = speaks.record->error, denied = speaks.record->denied;
  std::uint32_t destination = speaks.destination;  // the callee's own line knows its pod
  std::uint64_t first = speaks.record->time_ns, last = first;
  for (const Sight* other : others) {
    error = error || other->record->error, denied = denied || other->record->denied;
    last = std::max(last, other->record->time_ns);
    if (party(other->destination).score > party(destination).score) destination = other->destination;
  }
  ObservedCall call = call_of(speaks, speaks.source, destination);
  call.denied = denied;
  ObservedStats& stats = calls_[call];
  stats.records += 1 + others.size();
  count_call(stats, {speaks.record->probability, 1, speaks.record->bytes}, error, first, last);
  if (speaks.record->duration_ns != 0 || speaks.record->time_ns != 0)
    stats.latency.add(LatencySketch::bucket_of(speaks.record->duration_ns));
}

void Observer::take_alone(const Sight& s) {
  if (s.record->unit == Unit::connections && s.record->recorder == Recorder::network) {
    take_connection({s});
  } else if (is_portless(*s.record)) {
    ++out_.portless;
  } else if (is_reply(*s.record)) {
    ++out_.replies;
  } else {
    add_call(s, {});
  }
}

// Lines of one request to one destination: as many calls as the side with most lines has.
void Observer::take_destination(std::span<const Sight> sights) {
  const auto side = [](const Sight& s) { return rank_of(s.record->recorder); };
  std::vector<std::uint32_t> callers;
  for (const Sight& s : sights) callers.push_back(party(s.source).service);
  Pairing pairing;
  for (std::size_t from = 0, to = 0; from < sights.size(); from = to) {
    while (to < sights.size() && side(sights[to]) == side(sights[from])) ++to;
    pairing.add_side(sights.subspan(from, to - from), std::span(callers).subspan(from, to - from));
  }
  out_.repeated += sights.size() - pairing.calls().size();
  for (const Pairing::Call& call : pairing.calls()) add_call(*call.speaks, call.others);
}

void Observer::take_requests(Sights sights) {
  const auto order = [&](const Sight& s) {
    const bool answered_itself = s.record->unrouted;  // the only line of its call
    return std::tuple(answered_itself, party(s.destination).service, content_of(s));
  };
  std::ranges::sort(sights, [&](const Sight& a, const Sight& b) { return order(a) < order(b); });
  for (std::size_t from = 0; from < sights.size();) {
    std::size_t to = from + 1;
    const bool alone = sights[from].record->unrouted;
    const std::uint32_t service = party(sights[from].destination).service;
    while (!alone && to < sights.size() && !sights[to].record->unrouted &&
           party(sights[to].destination).service == service)
      ++to;
    take_destination(std::span(sights).subspan(from, to - from));
    from = to;
  }
}

void Observer::take_group(std::span<const Row> rows) {
  Sights connections, requests;
  for (const Row& row : rows) {
    const Sight s = sight(row);
    (s.record->unit == Unit::connections ? connections : requests).push_back(s);
  }
  if (!connections.empty()) take_connection(std::move(connections));
  if (!requests.empty()) take_requests(std::move(requests));
}

void Observer::settle_legs() {
  for (const auto& [leg, stats] : legs_) {
    if (named_edges_.contains(leg.first))
      out_.post_proxy_legs += stats.calls.observed();
    else
      merge(calls_[leg.second], stats);
  }
}

// Operations are sorted and the user agent is their last field.
std::vector<std::uint32_t> first_alike(const std::vector<std::string>& operations) {
  const auto asked = [](std::string_view packed_operation) {
    const std::string_view agent = unpacked_operation(packed_operation).agent;
    return packed_operation.substr(0, packed_operation.size() - std::min(agent.size() + 1, packed_operation.size()));
  };
  std::vector<std::uint32_t> first;
  for (std::uint32_t i = 0; i < operations.size(); ++i)
    first.push_back(i != 0 && asked(operations[i]) == asked(operations[i - 1]) ? first[i - 1] : i);
  return first;
}

Observed Observer::run() {
  tenants_ = Tenants(names_.parties, options_.tenancies);
  learned_ = learn(tenants_.parties(), placings());
  first_alike_ = first_alike(names_.operations);
  const std::vector<Row> rows = this->rows();
  for (std::size_t from = 0; from < rows.size();) {
    std::size_t to = from + 1;
    while (rows[from].key != 0 && to < rows.size() && rows[to].key == rows[from].key) ++to;
    if (rows[from].key == 0)
      take_alone(sight(rows[from]));
    else
      take_group(std::span(rows).subspan(from, to - from));
    from = to;
  }
  settle_legs();
  out_.parties = std::move(learned_.texts);
  out_.calls.assign(calls_.begin(), calls_.end());
  out_.requests_inside.assign(requests_inside_.begin(), requests_inside_.end());
  return std::move(out_);
}

}  // namespace

Observed observe(const std::vector<RecordSink>& sinks, const Names& names, const ObserveOptions& options) {
  return Observer(sinks, names, options).run();
}

}  // namespace nsew
