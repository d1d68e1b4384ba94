#include "app/assess.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include <fmt/format.h>

#include "app/intake.hpp"
#include "app/platform.hpp"
#include "app/times.hpp"
#include "app/waivers.hpp"
#include "base/text.hpp"
#include "cluster/manifests.hpp"
#include "graph/address.hpp"
#include "graph/build.hpp"
#include "measure/measure.hpp"

namespace nsew {
namespace {

constexpr std::size_t least_memory = std::size_t{16} << 20, little_memory = std::size_t{48} << 20;

const Reader* reader_asked_for(const std::string& name) {
  if (const Reader* reader = reader_called(name)) return reader;
  std::vector<std::string> all, alike;
  for (const Reader* reader : readers()) {
    all.emplace_back(reader->name);
    if (reader->name.find(name) != std::string_view::npos) alike.emplace_back(reader->name);
  }
  if (const auto meant = nearest(name, all); meant && alike.empty()) alike.push_back(*meant);
  throw Failure(exit_code::usage, fmt::format("no format is called '{}'", name), {},
                alike.empty() ? "see `nsew list formats`" : fmt::format("did you mean {}?", join(alike, " or ")));
}

IngestOptions ingest_options(const Flags& flags) {
  IngestOptions options;
  options.threads = flags.threads != 0 ? flags.threads : std::max(1U, std::thread::hardware_concurrency());
  options.sampling_rate = flags.sampling_rate;
  options.memory = flags.memory;
  if (options.memory != 0 && options.memory < least_memory)
    throw Failure(exit_code::usage, "--memory wants at least 16M", {}, "leave it out to use as much as it takes");
  if (!flags.as.empty()) options.as = reader_asked_for(flags.as);
  return options;
}

GraphOptions graph_options(const Flags& flags, const Config& config, unsigned threads) {
  GraphOptions options;
  options.gateways = {config.gateways.begin(), config.gateways.end()};
  options.gateways.insert(flags.gateways.begin(), flags.gateways.end());
  for (const std::string& range : flags.inside)
    if (!parse_cidr(range))
      throw Failure(exit_code::usage, fmt::format("--inside wants a range, not '{}'", range), {},
                    "10.0.0.0/8 or fd00::/8, for example");
  options.inside = config.inside;
  options.inside.insert(options.inside.end(), flags.inside.begin(), flags.inside.end());
  options.outside = flags.outside;
  options.environment = flags.environment;
  if (!flags.since.empty()) options.since_ns = time_from_text(flags.since, "--since");
  if (!flags.until.empty()) options.until_ns = time_from_text(flags.until, "--until");
  options.threads = threads;
  return options;
}

bool writes_graph(const Flags& flags) {
  return std::ranges::any_of(flags.outputs, [](const std::string& output) { return output.starts_with("graph"); });
}

// Declared facts, later ones over earlier ones: .nsew.yaml, --facts, --set.
FactSheet declared_facts(const Flags& flags, const Config& config, std::vector<InputRow>& rows) {
  FactSheet all = config.facts.value_or(FactSheet{});
  for (const std::string& path : flags.facts_files) {
    const std::string text = read_all(*open_bytes(path), std::size_t{16} << 20);
    const FactSheet sheet = facts_from_yaml(text, shown_name(path));
    for (const auto& [name, fact] : sheet.facts) all.facts.insert_or_assign(name, fact);
    rows.push_back({shown_name(path), "facts", "facts", "", text.size(), sheet.facts.size(), 0});
  }
  for (const std::string& setting : flags.settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      throw Failure(exit_code::usage, fmt::format("--set wants FACT=VALUE, not '{}'", setting));
    }
    const std::string name = setting.substr(0, equals);
    all.facts.insert_or_assign(name, fact_from_text(name, setting.substr(equals + 1), "--set"));
  }
  return all;
}

void say_when_nothing_is_left(const Flags& flags, const CallGraph& graph, Intake& intake) {
  const bool chosen = !flags.since.empty() || !flags.until.empty() || !flags.environment.empty();
  std::uint64_t records = 0;
  for (const InputRow& row : intake.rows) records += row.role == "traffic" ? row.records : 0;
  if (!chosen || records == 0 || !graph.edges.empty()) return;
  intake.diagnostics.report(Severity::warning, {intake.rows.front().name},
                            fmt::format("--since, --until and --environment leave nothing of {} records", records),
                            "see what the recording holds: nsew advise without them");
}

// Different environments are different systems (definitions.md §2).
void say_which_environments(const Flags& flags, const CallGraph& graph, Intake& intake) {
  if (!flags.environment.empty() || graph.environments.size() < 2) return;
  std::vector<std::string> names;
  for (const auto& [name, spans] : graph.environments) names.push_back(fmt::format("{} ({} spans)", name, spans));
  intake.diagnostics.report(Severity::warning, {intake.rows.front().name},
                            "several environments were recorded and are counted as one system: " + join(names, ", "),
                            "choose one with --environment");
}

void say_unknown_namespaces(const Flags& flags, const Assessed& all, Intake& intake) {
  std::set<std::string> known;
  for (const auto& [id, node] : all.graph.nodes) known.insert(node.ns);
  for (const Workload& workload : all.inventory.workloads) known.insert(workload.object.ns);
  for (const Service& service : all.inventory.services) known.insert(service.object.ns);
  for (const auto* flag : {&flags.namespaces, &flags.except_namespaces}) {
    for (const std::string& name : *flag) {
      if (known.contains(name)) continue;
      const auto meant = nearest(name, {known.begin(), known.end()});
      intake.diagnostics.report(Severity::warning, {"-n"}, fmt::format("no input names the namespace '{}'", name),
                                meant && !meant->empty() ? fmt::format("did you mean '{}'?", *meant) : "");
    }
  }
}

void name_formats(CallGraph& graph, const std::vector<InputRow>& rows) {
  for (const InputRow& row : rows) {
    if (row.role == "traffic") graph.inputs_by_format.insert(row.format);
  }
  for (CallGraph& alternative : graph.alternatives) name_formats(alternative, rows);
}

void say_what_a_merge_may_lose(const CallGraph& graph, Intake& intake) {
  const UnmatchedHalves& left = graph.unmatched;
  const std::uint64_t halves = left.server_without_parent + left.client_without_server + left.consumer_without_producer;
  if (halves == 0) return;
  intake.diagnostics.report(
      Severity::warning, {intake.rows.front().name},
      fmt::format("{} graphs were merged, and {} halves of calls have no other half", intake.graphs.size(), halves),
      "exact if no part cut a trace; otherwise at most so many calls are lost: read the parts in one run");
}

// The verdict on one component (null: on everything at once).
std::pair<FactSheet, Verdict> judged(const Picture* picture, const Component* component, const FactSheet& declared) {
  FactSheet sheet = picture != nullptr ? measure(*picture, component) : FactSheet{};
  for (const auto& [name, fact] : declared.facts) sheet.facts.insert_or_assign(name, fact);
  derive(sheet);
  assume(sheet);
  Verdict verdict = judge(sheet, embedded_rules());
  const Fact* services = sheet.find("topology.services");
  if (component != nullptr)
    verdict.scope = component->services;
  else if (services != nullptr)
    verdict.scope = std::get<std::vector<std::string>>(services->value);
  return {std::move(sheet), std::move(verdict)};
}

// Components come largest first. Thousands of islands need no verdict each: past this many, none is larger than those
// judged.
constexpr std::size_t most_judged = 32;

void score(Assessment& result, const FactSheet& declared, bool measured) {
  std::vector<Component> components = measured ? components_of(result.picture) : std::vector<Component>{};
  Picture picture = result.picture;
  picture.components = &components;
  std::vector<std::pair<FactSheet, Verdict>> verdicts;
  for (const Component& one : components) {
    if (verdicts.size() == most_judged) break;
    verdicts.push_back(judged(&picture, &one, declared));
  }
  if (verdicts.empty()) verdicts.push_back(judged(measured ? &picture : nullptr, nullptr, declared));
  std::size_t best = 0;
  for (std::size_t i = 1; i < verdicts.size(); ++i) {
    if (verdicts[i].second.score > verdicts[best].second.score) best = i;
  }
  for (std::size_t i = 0; i < components.size(); ++i) {
    const bool scored = i < verdicts.size();
    result.components.push_back(
        {std::move(components[i]), scored ? std::optional(verdicts[i].second.score) : std::nullopt});
  }
  std::stable_sort(result.components.begin(), result.components.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  result.facts = std::move(verdicts[best].first);
  result.verdict = std::move(verdicts[best].second);
}

int rank(const std::string& confidence) { return confidence == "high" ? 2 : confidence == "medium" ? 1 : 0; }

}  // namespace

bool is_weaker(const Verdict& verdict, const std::string& min_confidence) {
  if (min_confidence.empty()) return false;
  return rank(verdict.confidence) < rank(min_confidence) || verdict.outcome == "insufficient-data";
}

std::unique_ptr<Assessed> assess(const Flags& flags, const Config& config) {
  const std::vector<std::string>& inputs = flags.inputs.empty() ? config.inputs : flags.inputs;
  std::vector<InputRow> fact_rows;
  const FactSheet declared = declared_facts(flags, config, fact_rows);
  if (inputs.empty() && declared.facts.empty()) {
    throw Failure(exit_code::no_input, "no input was given", {},
                  "name traces, flow logs, manifests or a graph: nsew advise traces.json manifests/");
  }
  const IngestOptions reading = ingest_options(flags);
  // Joining takes a quarter of the time, and each thread some megabytes.
  const bool little = reading.memory != 0 && reading.memory < little_memory;
  GraphOptions options = graph_options(flags, config, little ? 1 : reading.threads);
  // Reading the rules takes as long as reading a small input: side by side.
  auto rules = std::async(std::launch::async, [] { static_cast<void>(embedded_rules()); });
  Intake intake(reading);
  for (const std::string& path : inputs) intake.take(path);
  finish(intake.inventory, intake.diagnostics);

  auto all = std::make_unique<Assessed>();
  options.mergeable = !intake.graphs.empty() || writes_graph(flags);
  all->knowledge = platform_knowledge();
  all->inventory = std::move(intake.inventory);
  all->graph = build_graph(intake.sinks, all->inventory, all->knowledge, options);
  intake.say_what_did_not_fit();
  name_formats(all->graph, intake.rows);
  for (const CallGraph& graph : intake.graphs) merge(all->graph, graph);
  if (intake.graphs.size() > 1) say_what_a_merge_may_lose(all->graph, intake);
  say_when_nothing_is_left(flags, all->graph, intake);
  say_which_environments(flags, all->graph, intake);
  say_unknown_namespaces(flags, *all, intake);
  if (intake.unreadable && !flags.partial) all->input_code = exit_code::unreadable;
  if (!intake.anything && !intake.unreadable && declared.facts.empty()) all->input_code = exit_code::no_input;

  const Picture picture{.graph = all->graph,
                        .inventory = all->inventory,
                        .only_namespaces = {flags.namespaces.begin(), flags.namespaces.end()},
                        .except_namespaces = {flags.except_namespaces.begin(), flags.except_namespaces.end()},
                        .sampling_rate = flags.sampling_rate,
                        .knowledge = all->knowledge};
  all->assessment.emplace(Assessment{.picture = picture});
  Assessment& result = *all->assessment;
  result.inputs = std::move(intake.rows);
  result.inputs.insert(result.inputs.end(), fact_rows.begin(), fact_rows.end());
  result.decision = config.decision;
  result.waivers = config.waivers;
  for (const std::string& waiver : flags.waivers) result.waivers.push_back(waiver_from_flag(waiver));
  result.today = today(flags.now);
  rules.get();
  score(result, declared, !inputs.empty());
  result.diagnostics = intake.diagnostics.list();
  return all;
}

}  // namespace nsew
