// ClientIntents as Otterize's network mapper exports them (JSON, v1alpha3 to v2beta1), and its text list. Both say who
// calls whom, not how often. https://docs.otterize.com/reference/intents-and-intents-files
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "input/json_values.hpp"
#include "input/reader_table.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

namespace dom = simdjson::dom;

std::string_view text(dom::object object, std::string_view key) {
  const auto value = field(object, key);
  return value ? text_of(*value).value_or("") : std::string_view{};
}

std::optional<dom::object> inner(dom::object object, std::string_view key) {
  const auto value = field(object, key);
  dom::object found;
  if (!value || value->get_object().get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

// "cart", "cart.shop", "svc:kubernetes.default"; without namespace it is in its caller's.
Party named(std::string_view name, std::string_view ns, std::string_view kind) {
  Party party;
  constexpr std::string_view service_mark = "svc:";
  bool service = kind == "Service";
  if (name.starts_with(service_mark)) name.remove_prefix(service_mark.size()), service = true;
  const std::size_t dot = name.find('.');
  party.ns = dot == std::string_view::npos ? ns : name.substr(dot + 1);
  party.ns = party.ns.substr(0, party.ns.find(".svc"));
  (service ? party.service : party.workload) = name.substr(0, dot);
  return party;
}

std::string_view first_text(dom::object object, std::string_view list) {
  const auto value = field(object, list);
  dom::array items;
  dom::element first;
  if (!value || value->get_array().get(items) != simdjson::SUCCESS || items.at(0).get(first) != simdjson::SUCCESS)
    return {};
  return text_of(first).value_or("");
}

struct Target {
  Party party;
  bool message = false, database = false;
};

Target outside(dom::object internet) {
  Target target;
  target.party.host = first_text(internet, "domains");
  if (target.party.host.empty()) target.party.address = first_text(internet, "ips");
  if (target.party.host.empty() && target.party.address.empty()) target.party.reserved = "external";
  return target;
}

// One of spec.targets (v2) or spec.calls (v1): which of several keys is there, or `type`, says what is called.
std::optional<Target> target_of(dom::object call, std::string_view ns) {
  Target target;
  const std::string_view type = text(call, "type");
  if (const auto internet = inner(call, "internet")) return outside(*internet);
  constexpr std::array<std::string_view, 4> kinds = {"kubernetes", "service", "kafka", "sql"};
  for (const std::string_view kind : kinds)
    if (const auto named_call = inner(call, kind); named_call && !text(*named_call, "name").empty()) {
      target.party = named(text(*named_call, "name"), ns, kind == "service" ? "Service" : text(*named_call, "kind"));
      target.message = kind == "kafka", target.database = kind == "sql";
      return target;
    }
  for (const std::string_view cloud : {"aws", "azure", "gcp"})
    if (field(call, cloud)) return Target{Party{.reserved = "external"}, false, false};
  if (text(call, "name").empty()) return std::nullopt;
  if (type == "aws" || type == "azure" || type == "gcp") return Target{Party{.reserved = "external"}, false, false};
  target.party = named(text(call, "name"), ns, text(call, "kind"));
  target.message = type == "kafka", target.database = type == "database";
  return target;
}

void add_edge(RecordSink& sink, PartyId caller, const Target& target) {
  EdgeCount edge;
  edge.no_north_south = true;
  edge.source = caller, edge.destination = sink.party(target.party);
  edge.message = target.message, edge.database = target.database;
  sink.edge(edge);
}

void read_intents(JsonFrame& json, dom::object intents) {
  const auto metadata = inner(intents, "metadata"), spec = inner(intents, "spec");
  auto client = spec ? inner(*spec, "workload") : std::nullopt;
  if (spec && !client) client = inner(*spec, "service");
  if (!client || text(*client, "name").empty())
    return json.skip("", "intents that do not name their workload", "expected spec.workload.name");
  const std::string_view ns = metadata ? text(*metadata, "namespace") : std::string_view{};
  const PartyId caller = json.sink().party(named(text(*client, "name"), ns, text(*client, "kind")));
  auto calls = field(*spec, "targets");
  if (!calls) calls = field(*spec, "calls");
  dom::array list;
  std::size_t place = 0;
  if (!calls || calls->get_array().get(list) != simdjson::SUCCESS || list.size() == 0) {
    ++json.sink().store().records;
    return;
  }
  for (const dom::element item : list) {
    dom::object call;
    const auto target = item.get_object().get(call) == simdjson::SUCCESS ? target_of(call, ns) : std::nullopt;
    if (target)
      add_edge(json.sink(), caller, *target);
    else
      json.skip(fmt::format("/spec/targets/{}", place), "a target that names nothing", "the rest is read");
    ++place;
  }
}

void read_json(const Frame& frame, RecordSink& sink) {
  thread_local dom::parser parser;
  JsonFrame json(frame, sink, parser);
  dom::object intents;
  if (!json.root()) return;
  if (json.root()->get_object().get(intents) != simdjson::SUCCESS)
    return json.skip("", fmt::format("intents should be an object, not {}", type_of(*json.root())), "");
  read_intents(json, intents);
}

constexpr std::string_view in_namespace = " in namespace ", calls_mark = " calls:", bullet = "- ";

// "cart in namespace shop calls:", then "  - redis" or "  - redis in namespace stores".
void read_list(const Frame& frame, RecordSink& sink) {
  PartyId caller = 0;
  std::string_view caller_ns;
  for (std::string_view line : split(frame.text, '\n')) {
    line = trim(line);
    const std::size_t in = line.find(in_namespace);
    if (line.empty()) continue;
    if (line.ends_with(calls_mark) && in != std::string_view::npos) {
      caller_ns = line.substr(in + in_namespace.size());
      caller_ns.remove_suffix(calls_mark.size());
      caller = sink.party(named(line.substr(0, in), caller_ns, ""));
    } else if (line.starts_with(bullet) && caller != 0) {
      const std::string_view ns = in == std::string_view::npos ? caller_ns : line.substr(in + in_namespace.size());
      const std::string_view name = line.substr(bullet.size(), in == std::string_view::npos ? in : in - bullet.size());
      add_edge(sink, caller, {named(name.substr(0, name.find(' ')), ns, ""), false, false});
    } else {
      sink.skip(frame, line.data(), "not a line of the list of calls", "expected a caller or \"- callee\"");
    }
  }
}

bool is_json(std::string_view head) {
  const auto first = head.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (head[first] == '[' || head[first] == '{');
}

void read(const Frame& frame, RecordSink& sink) {
  is_json(frame.text) ? read_json(frame, sink) : read_list(frame, sink);
}

// Intents alone: among other manifests they are read as manifests.
bool recognises(std::string_view head) {
  if (!is_json(head)) {
    const std::string_view line = trim(head.substr(0, head.find('\n')));
    return line.ends_with(calls_mark) && line.find(in_namespace) != std::string_view::npos;
  }
  const std::size_t kind = head.find("\"kind\"");
  const std::size_t value = kind == std::string_view::npos ? kind : head.find('"', kind + 6);
  return value != std::string_view::npos && head.substr(value).starts_with("\"ClientIntents\"");
}

Framing framing(std::string_view head) {
  const auto first = head.find_first_not_of(" \t\r\n");
  if (is_json(head) && head[first] == '[') return {Framing::Cut::elements, {}};
  return {is_json(head) && !is_one_document(head) ? Framing::Cut::lines : Framing::Cut::whole, {}};
}

}  // namespace

const Reader otterize{.name = "otterize",
                      .summary = "Otterize ClientIntents and network map: who calls whom, without counts",
                      .unit = "requests",
                      .record = "otterize network-mapper export --format json > intents.json",
                      .enough = "A day of watching gives the map; it has no counts, so that no share follows from it.",
                      .recognises = recognises,
                      .framing = framing,
                      .read = read};

}  // namespace nsew
