#include "input/ingest.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>

#include "input/framing.hpp"
#include "input/store.hpp"

namespace nsew {
namespace {

constexpr std::size_t head_bytes = std::size_t{64} << 10;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The head once more, then the rest; without the mark that some editors put first.
class Rejoined final : public ByteSource {
 public:
  explicit Rejoined(OpenInput input) : input_(std::move(input)) {
    if (input_.head.starts_with(byte_order_mark)) at_ = bytes_ = byte_order_mark.size();
  }
  std::size_t read(char* to, std::size_t size) override {
    std::size_t n = 0;
    if (at_ < input_.head.size())
      n = input_.head.copy(to, size, at_), at_ += n;
    else if (!ended_)
      n = input_.rest->read(to, size);
    ended_ = n == 0;
    bytes_ += n;
    return n;
  }
  bool cut_short() const override { return input_.rest->cut_short(); }
  std::string damage() const override { return input_.rest->damage(); }
  std::uint64_t bytes() const { return bytes_; }

  // A file that threads can read side by side, and from where on; null for whatever comes in one stream.
  const ByteSource* file() const { return input_.rest->size() > input_.head.size() ? input_.rest.get() : nullptr; }
  std::uint64_t begin() const { return input_.head.starts_with(byte_order_mark) ? byte_order_mark.size() : 0; }
  void all_was_read() { bytes_ = input_.rest->size(); }

 private:
  OpenInput input_;
  std::size_t at_ = 0;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
};

// What was said, with places that are relative to a batch until the lines of all batches before it are known. Of each
// message only the first places are kept, so that a large broken file costs little.
struct Place {
  std::uint64_t batch, line, column;
  auto operator<=>(const Place&) const = default;
};
class Sayings {
 public:
  void add(Severity level, std::string message, std::string hint, Place place) {
    if (said_.size() >= most_kinds) message = "more kinds of trouble than are listed", hint.clear();
    Said& said = said_[{level, std::move(message), std::move(hint)}];
    ++said.seen;
    said.first.insert(std::upper_bound(said.first.begin(), said.first.end(), place), place);
    if (said.first.size() > Diagnostics::kept_per_message) said.first.pop_back();
  }
  void count_more(std::uint64_t more) {
    if (more > 0) said_[{Severity::warning, "more trouble in one record than is listed", ""}].seen += more;
  }
  template <class LineOf>
  void tell(const std::string& file, const LineOf& line_of, Diagnostics& diagnostics) const {
    for (const auto& [what, said] : said_) {
      const auto& [level, message, hint] = what;
      for (const Place& place : said.first)
        diagnostics.report(level, {file, narrow(line_of(place)), narrow(place.column + 1)}, message, hint);
      if (said.seen > said.first.size())
        diagnostics.report_more({level, {file}, message, hint}, said.seen - said.first.size());
    }
  }

 private:
  static constexpr std::size_t most_kinds = 1000;
  static std::uint32_t narrow(std::uint64_t n) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(n, std::numeric_limits<std::uint32_t>::max()));
  }
  struct Said {
    std::vector<Place> first;
    std::uint64_t seen = 0;
  };
  std::map<std::tuple<Severity, std::string, std::string>, Said> said_;
};

struct Source {
  Cutter& cutter;
  bool by_lines;
  std::mutex taking = {};
  std::exception_ptr failure = {};
  std::atomic<bool> failed = false;

  bool take(Batch& batch) {
    if (failed) return false;
    if (cutter.is_shared()) return cutter.next(batch);
    const std::lock_guard lock(taking);
    return cutter.next(batch);
  }
  void fail() {
    const std::lock_guard lock(taking);
    if (failure == nullptr) failure = std::current_exception();
    failed = true;
  }
};

// Whether every bracket and text of JSON is closed. A line that is closed was not cut off, whatever else is wrong with
// it.
bool is_closed(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '['))
      ++depth;
    else if (!quoted && depth > 0 && (c == '}' || c == ']'))
      --depth;
  }
  return depth == 0 && !quoted;
}

bool looks_like_json(std::string_view text) { return !text.empty() && (text.front() == '{' || text.front() == '['); }

std::string_view sections_of(const Framing& framing) {
  return framing.cut == Framing::Cut::lines ? framing.section : std::string_view{};
}

// One thread's work: takes batches, reads their frames into its own sink, remembers what was said and where.
class Worker {
 public:
  Worker(const Reader& reader, const Framing& framing, RecordSink& sink)
      : reader_(reader), columns_(framing.columns), sections_(sections_of(framing)), sink_(sink) {}

  void run(Source& source) {
    try {
      Batch batch;
      while (source.take(batch)) read(batch, source.by_lines);
    } catch (...) {
      source.fail();
    }
  }

  const std::vector<std::pair<std::uint64_t, std::uint64_t>>& lines() const { return lines_; }  // batch, its newlines
  const Sayings& sayings() const { return sayings_; }
  bool cut_short() const { return cut_short_; }

 private:
  void read(Batch& batch, bool by_lines) {
    if (by_lines)
      read_lines(batch);
    else
      for (const Piece& piece : batch.pieces) read(batch, piece, false);
    for (const Trouble& trouble : batch.troubles) {
      ++sink_.store().skipped;
      cut_short_ = cut_short_ || trouble.cut_short;
      sayings_.add(Severity::warning, trouble.message, trouble.hint,
                   {batch.offset, trouble.place.line, trouble.place.column});
    }
  }

  // A reader that finds the end of a line itself spares the search for it.
  void read_lines(const Batch& batch) {
    const std::string_view text = batch.buffer.text();
    if (!sections_.empty()) set_section(batch.section);
    std::uint64_t line = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = reader_.read_line != nullptr ? reader_.read_line(text.substr(at), sink_) : 0;
      at += size > 0 ? size : read_line(batch, at, line);
      line += text[at - 1] == '\n' ? 1 : 0;
    }
    lines_.emplace_back(batch.offset, line);
  }
  std::size_t read_line(const Batch& batch, std::size_t at, std::uint64_t line) {
    const std::string_view rest = batch.buffer.text().substr(at);
    const std::size_t newline = rest.find('\n');
    std::string_view text = rest.substr(0, newline);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.find_first_not_of(" \t\r") != std::string_view::npos)
      read(batch, {at, text.size(), line, 0}, batch.ends_in_a_line && newline == std::string_view::npos);
    return std::min(newline, rest.size() - 1) + 1;
  }
  void set_section(std::string_view line) {
    section_.assign(1, std::string(line));
    columns_ = section_;
  }

  void read(const Batch& batch, const Piece& piece, bool last_and_open) {
    const std::string_view text = batch.buffer.text().substr(piece.at, piece.size);
    if (!sections_.empty() && begins_section(text, sections_)) set_section(text);
    const Frame frame{text, batch.offset + piece.at, columns_};
    RecordSink::Store& store = sink_.store();
    const std::uint64_t skipped = store.skipped;
    reader_.read(frame, sink_);
    if (store.complaints.empty()) return;
    const bool whole = looks_like_json(frame.text) && is_closed(frame.text);
    const bool cut = last_and_open && store.skipped > skipped && !whole;
    cut_short_ = cut_short_ || cut;
    for (Complaint& said : store.complaints) tell(frame, piece, batch, cut, said);
    store.complaints.clear();
    sayings_.count_more(std::exchange(store.dropped_complaints, 0));
  }

  // A last line that has no end and cannot be read was cut off: that is what there is to say about it.
  void tell(const Frame& frame, const Piece& piece, const Batch& batch, bool cut, Complaint& said) {
    const auto before = frame.text.substr(0, static_cast<std::size_t>(said.offset - frame.offset));
    const auto lines = batch.binary ? 0 : static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
    const std::size_t newline = lines == 0 ? std::string_view::npos : before.rfind('\n');
    const std::uint64_t column =
        newline == std::string_view::npos ? piece.column + before.size() : before.size() - newline - 1;
    if (cut) {
      said.message = "the input ends in the middle of a record";
      said.hint = "it was cut short while it was written or copied; what stands before was read";
    }
    sayings_.add(said.level, std::move(said.message), std::move(said.hint), {batch.offset, piece.line + lines, column});
  }

  const Reader& reader_;
  std::span<const std::string> columns_;
  std::string_view sections_;
  std::vector<std::string> section_;  // the line that the lines being read stand below
  RecordSink& sink_;
  Sayings sayings_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> lines_;
  bool cut_short_ = false;
};

// Batches and the newlines before them, in the order of the input.
std::vector<std::pair<std::uint64_t, std::uint64_t>> lines_before(const std::vector<Worker>& workers) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> lines;
  for (const Worker& worker : workers) lines.insert(lines.end(), worker.lines().begin(), worker.lines().end());
  std::ranges::sort(lines);
  std::uint64_t before = 0;
  for (auto& [batch, newlines] : lines) before += std::exchange(newlines, before);
  return lines;
}

void tell(const std::vector<Worker>& workers, const std::string& name, Diagnostics& diagnostics) {
  const auto before = lines_before(workers);
  const auto line_of = [&](const Place& place) {
    const auto at = std::ranges::lower_bound(before, std::pair(place.batch, std::uint64_t{0}));
    return place.line + 1 + (at != before.end() && at->first == place.batch ? at->second : 0);
  };
  for (const Worker& worker : workers) worker.sayings().tell(name, line_of, diagnostics);
}

void run(std::vector<Worker>& workers, Source& source) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < workers.size(); ++i) threads.emplace_back([&, i] { workers[i].run(source); });
  workers[0].run(source);
  threads.clear();
  if (source.failure != nullptr) std::rethrow_exception(source.failure);
}

std::unique_ptr<Cutter> cutter_for(const Framing& framing, Rejoined& bytes, std::size_t memory) {
  const std::size_t longest = memory == 0 ? longest_frame : std::min(longest_frame, memory / 4);
  switch (framing.cut) {
    case Framing::Cut::elements:
      return cut_elements(bytes, {framing.keys.begin(), framing.keys.end()}, longest);
    case Framing::Cut::whole:
      return cut_nothing(bytes);
    case Framing::Cut::messages:
      return cut_messages(bytes, framing.prefix);
    case Framing::Cut::lines:
      break;
  }
  const std::string_view sections = sections_of(framing);
  if (bytes.file() == nullptr || !sections.empty()) return cut_lines(bytes, longest, sections);
  bytes.all_was_read();
  return cut_ranges(*bytes.file(), bytes.begin(), longest);
}

struct Books {
  std::uint64_t records = 0, skipped = 0;
};
Books books(const std::vector<RecordSink>& sinks) {
  Books sum;
  for (const RecordSink& sink : sinks) sum.records += sink.store().records, sum.skipped += sink.store().skipped;
  return sum;
}

void tell_of_compression(const Rejoined& bytes, const std::string& name, Diagnostics& diagnostics) {
  if (!bytes.cut_short()) return;
  const std::string why = bytes.damage();
  diagnostics.report(Severity::error, {name},
                     why.empty() ? "the compressed file ends too early" : "the compressed file is damaged: " + why,
                     "what was decompressed before was read; copy or compress it again for the rest");
}

}  // namespace

OpenInput open_input(const std::string& path) {
  OpenInput input{shown_name(path), std::string(head_bytes, '\0'), open_bytes(path)};
  std::size_t have = 0;
  while (have < head_bytes) {
    const std::size_t got = input.rest->read(input.head.data() + have, head_bytes - have);
    if (got == 0) break;
    have += got;
  }
  input.head.resize(have);
  return input;
}

InputSummary ingest(OpenInput input, const Reader& reader, std::vector<RecordSink>& sinks, const IngestOptions& options,
                    Diagnostics& diagnostics) {
  const std::string name = input.name;
  const Framing framing = reader.framing(input.head);
  const bool small = input.head.size() < head_bytes;
  Rejoined bytes(std::move(input));
  const auto cutter = cutter_for(framing, bytes, options.memory);
  Source source{*cutter, framing.cut == Framing::Cut::lines};
  const Books before = books(sinks);
  for (RecordSink& sink : sinks) sink.store().assumed_probability = options.sampling_rate.value_or(0);

  std::vector<Worker> workers;
  const std::size_t threads = small ? 1 : std::clamp<std::size_t>(options.threads, 1, sinks.size());
  for (std::size_t i = 0; i < threads; ++i) workers.emplace_back(reader, framing, sinks[i]);
  run(workers, source);

  tell(workers, name, diagnostics);
  tell_of_compression(bytes, name, diagnostics);
  const Books after = books(sinks);
  InputSummary summary{name, std::string(reader.name), "traffic", std::string(reader.unit)};
  summary.bytes = bytes.bytes();
  summary.records = after.records - before.records;
  summary.skipped = after.skipped - before.skipped;
  summary.cut_short = bytes.cut_short() || std::ranges::any_of(workers, &Worker::cut_short);
  return summary;
}

}  // namespace nsew
