#include "app/intake.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <cstdlib>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cluster/manifests.hpp"
#include "graph/serialise.hpp"

namespace nsew {
namespace {

constexpr std::size_t largest_document = std::size_t{1} << 30;

InputRow row(const InputSummary& read) {
  return {read.name, read.format, read.role, read.unit, read.bytes, read.records, read.skipped};
}

// All but the rows of spans: the program itself, names, what a thread reads into, and the graph.
constexpr std::size_t bytes_for_others = std::size_t{26} << 20;

std::size_t bytes_for_rows(std::size_t memory) {
  return memory > 2 * bytes_for_others ? memory - bytes_for_others : memory / 64;
}

// One heap for all threads, from which what is freed goes back soon.
void keep_heap_small() {
#if defined(__GLIBC__)
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 18);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 17);
#endif
}

// `rest` goes on where the head that was looked at ends.
std::string whole_text(OpenInput& input) { return std::move(input.head) + read_all(*input.rest, largest_document); }

// Blanks, YAML comments and document marks.
bool holds_nothing(std::string_view head) {
  for (const std::string_view line : split(head, '\n')) {
    const std::string_view text = trim(line);
    if (!text.empty() && !text.starts_with('#') && text != "---" && text != "...") return false;
  }
  return true;
}

}  // namespace

Intake::Intake(IngestOptions options) : sinks(std::max(1U, options.threads)), options_(options) {
  if (options.memory == 0) return;
  keep_heap_small();
  const char* folder = std::getenv("TMPDIR");
  spilled = std::make_unique<PageFile>(folder != nullptr && *folder != '\0' ? folder : "/tmp");
  for (RecordSink& sink : sinks) sink.spill_to(*spilled, bytes_for_rows(options.memory) / sinks.size());
}

void Intake::say_what_did_not_fit() {
  if (spilled == nullptr) return;
  sinks.clear();
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
  if (spilled->has_lost())
    throw Failure(exit_code::write_failed, "what was put into TMPDIR could not be read back", {},
                  "name another folder in TMPDIR, or give more --memory");
  if (spilled->is_full())
    diagnostics.report(Severity::warning, {"--memory"}, "TMPDIR had no room, and more memory was used",
                       "name a folder with room in TMPDIR");
}

void Intake::take(const std::string& path) {
  try {
    for (const WalkedFile& file : walk(path)) take_file(file);
  } catch (const Failure& failure) {
    diagnostics.report(Severity::error, failure.where, failure.what(), failure.hint);
    unreadable = true;
  }
}

void Intake::take_file(const WalkedFile& file) {
  try {
    take_opened(file, open_input(file.path));
  } catch (const Failure& failure) {
    const bool met = !file.named;
    diagnostics.report(met ? Severity::warning : Severity::error, failure.where, failure.what(), failure.hint);
    unreadable = unreadable || !met;
  }
}

void Intake::take_opened(const WalkedFile& file, OpenInput input) {
  if (holds_nothing(input.head)) {
    if (input.rest->cut_short()) {
      diagnostics.report(Severity::error, {input.name}, "ends before its first record", "was the file copied whole?");
      unreadable = true;
    } else {
      diagnostics.report(Severity::warning, {input.name}, "is empty");
    }
    return;
  }
  const Reader* reader = options_.as != nullptr ? options_.as : recognise(input.head);
  if (options_.as != nullptr && looks_like_manifest(input.head)) reader = nullptr;
  if (looks_like_graph(input.head)) return take_graph(std::move(input));
  if (reader != nullptr) return take_traffic(std::move(input), *reader);
  if (looks_like_manifest(input.head)) return take_manifest(file, std::move(input));
  refuse(file, input.head);
}

void Intake::take_traffic(OpenInput input, const Reader& reader) {
  const InputSummary read = ingest(std::move(input), reader, sinks, options_, diagnostics);
  rows.push_back(row(read));
  anything = anything || read.records > 0;
  unreadable = unreadable || read.cut_short || (read.records == 0 && read.skipped > 0);
}

void Intake::take_graph(OpenInput input) {
  const std::string text = whole_text(input);
  auto graph = graph_from_json(text, input.name, diagnostics);
  rows.push_back({input.name, "nsew-graph", "graph", "", text.size(), graph ? 1U : 0U, graph ? 0U : 1U});
  if (graph) graphs.push_back(std::move(*graph));
  anything = anything || graph.has_value();
  unreadable = unreadable || !graph;
}

void Intake::take_manifest(const WalkedFile& file, OpenInput input) {
  std::string text = whole_text(input);
  const std::uint64_t bytes = text.size();
  const auto read = read_manifest({input.name, std::move(text), file.named}, inventory, diagnostics);
  if (read.unrendered && file.named) unreadable = true;
  rows.push_back({input.name, "kubernetes", "manifests", "", bytes, read.records, read.skipped});
  anything = anything || read.records > 0;
  if (file.named && read.records == 0 && read.skipped > 0) unreadable = true;
}

void Intake::refuse(const WalkedFile& file, std::string_view head) {
  const std::string name = shown_name(file.path);
  if (const Refusal* known = refused(head)) {
    diagnostics.report(file.named ? Severity::error : Severity::warning, {name}, std::string(known->reason),
                       std::string(known->hint));
    unreadable = unreadable || file.named;
    return;
  }
  if (!file.named) {
    diagnostics.report(Severity::info, {name}, "is in no format that nsew reads");
    return;
  }
  diagnostics.report(Severity::error, {name}, "is in no format that nsew reads",
                     "see `nsew list formats`; --as FORMAT overrides what was recognised");
  unreadable = true;
}

}  // namespace nsew
