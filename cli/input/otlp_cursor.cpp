#include "input/otlp_cursor.hpp"

#include <array>
#include <utility>
#include <vector>

#include "input/ids.hpp"
#include "input/otlp.hpp"
#include "input/otlp_meaning.hpp"
#include "input/otlp_shapes.hpp"

namespace nsew::otlp {
namespace {

struct Pending {
  Span span;
  std::size_t first_link = 0, links = 0;
};

// What a thread keeps from frame to frame, so that the hot path does not allocate.
struct Scratch {
  Meaning meaning;
  std::array<Shapes, 8> shapes;  // by kind
  std::vector<Pending> spans;
  std::vector<Link> links;
};

class FrameReader {
 public:
  FrameReader(std::string_view text, RecordSink& sink, Scratch& scratch) : c_(text), sink_(sink), s_(scratch) {}

  // Where it ends: behind the text or, if that is asked for, behind its first line. Null when nothing was handed on.
  const char* read(bool line) {
    s_.spans.clear();
    s_.links.clear();
    if (!c_.object([&](std::string_view key) { return on_document_key(key); })) return nullptr;
    if (!c_.done() && !(line && (c_.take("\n") || c_.take("\r\n")))) return nullptr;
    if (c_.beyond()) return nullptr;
    for (Pending& pending : s_.spans) {
      pending.span.links = std::span(s_.links).subspan(pending.first_link, pending.links);
      sink_.span(pending.span);
    }
    return c_.at();
  }

 private:
  bool on_document_key(std::string_view key) {
    if (key == "resourceSpans" || key == "batches")
      return c_.array([&] {
        resource_known_ = false;
        return c_.object([&](std::string_view inner) { return on_resource_key(inner); });
      });
    return on_resource_key(key);
  }

  // The resource has to come first: a span is kept with it.
  bool on_resource_key(std::string_view key) {
    if (key == "resource") return read_resource();
    if (key == "scopeSpans" && resource_known_)
      return c_.array([&] { return c_.object([&](std::string_view inner) { return on_scope_key(inner); }); });
    if (key == "schemaUrl") return c_.skip_value();
    return false;
  }

  bool read_resource() {
    resource_known_ = true;
    if (const auto seen = sink_.resource_at(c_.rest())) {
      resource_ = seen->id;
      c_.step(seen->size);
      return true;
    }
    const char* from = c_.at();
    if (!c_.skip_value()) return false;
    const std::string_view raw(from, static_cast<std::size_t>(c_.at() - from));
    Cursor whole = std::exchange(c_, Cursor(raw));
    s_.meaning.clear();
    const bool good =
        c_.object([&](std::string_view key) { return key == "attributes" ? attributes() : c_.skip_value(); });
    c_ = whole;
    if (!good) return false;
    const auto resource = s_.meaning.resource();
    if (!resource) return false;
    resource_ = sink_.resource(*resource);
    sink_.remember(raw, resource_);
    return true;
  }

  bool on_scope_key(std::string_view key) {
    if (key == "spans") return c_.array([&] { return read_span(); });
    return c_.skip_value();
  }

  bool read_span() {
    trace_ = {};
    id_ = parent_ = 0;
    name_ = state_ = {};
    start_ = finish_ = 0;
    kind_ = SpanKind::absent;
    failed_ = false;
    s_.meaning.clear();
    const std::size_t first_link = s_.links.size();
    if (!span_fields()) return false;
    Span span;
    span.trace = trace_;
    span.id = id_;
    if (span.id == 0 || span.trace == TraceId{}) return false;
    span.parent = parent_;
    span.kind = kind_;
    span.start_ns = start_;
    span.duration_ns = finish_ > start_ && start_ != 0 ? finish_ - start_ : 0;
    span.resource = resource_;
    if (!s_.meaning.interpret(span, name_, state_, failed_, sink_)) return false;
    s_.spans.push_back({span, first_link, s_.links.size() - first_link});
    return true;
  }

  // In the order in which the collector writes them; whatever comes otherwise goes by its key.
  bool span_fields() {
    if (!c_.take("{\"traceId\":\"")) return c_.object([&](std::string_view key) { return on_span_key(key); });
    if (!rest_of_trace_id()) return false;
    if (c_.take(",\"spanId\":\"") && !rest_of_span_id(id_)) return false;
    if (c_.take(",\"traceState\":\"") && !c_.rest_of_text(state_)) return false;
    if (c_.take(",\"parentSpanId\":\"") && !rest_of_span_id(parent_)) return false;
    if (c_.take(",\"flags\":") && !c_.skip_value()) return false;
    if (c_.take(",\"name\":\"") && !c_.rest_of_text(name_)) return false;
    if (c_.take(",\"kind\":") && !read_kind()) return false;
    if (c_.take(",\"startTimeUnixNano\":") && !c_.count(start_)) return false;
    if (c_.take(",\"endTimeUnixNano\":") && !c_.count(finish_)) return false;
    if (c_.take(",\"attributes\":") && !attributes()) return false;
    if (c_.take(",\"status\":{}}")) return true;
    while (c_.peek() == ',') {
      std::string_view key;
      c_.step();
      if (!c_.text(key) || c_.peek() != ':') return false;
      c_.step();
      if (!on_span_key(key)) return false;
    }
    return c_.take("}");
  }

  // Of 32 and 16 hex digits as a rule.
  bool rest_of_trace_id() {
    const char* at = c_.at();
    if (sixteen_hex_digits(at, trace_.hi) && sixteen_hex_digits(at + 16, trace_.lo) && at[32] == '"')
      return c_.step(33), true;
    std::string_view text;
    if (!c_.rest_of_text(text)) return false;
    trace_ = trace_id(text);
    return true;
  }
  bool rest_of_span_id(SpanId& to) {
    const char* at = c_.at();
    if (sixteen_hex_digits(at, to) && at[16] == '"') return c_.step(17), true;
    std::string_view text;
    if (!c_.rest_of_text(text)) return false;
    to = span_id(text);
    return true;
  }

  bool on_span_key(std::string_view key) {
    switch (key.size()) {
      case 4:
        if (key == "name") return c_.text(name_);
        return key == "kind" ? read_kind() : c_.skip_value();
      case 5:
        return key == "links" ? c_.array([&] { return read_link(); }) : c_.skip_value();
      case 6:
        if (key == "spanId") return c_.take("\"") && rest_of_span_id(id_);
        return key == "status" ? read_status() : c_.skip_value();
      case 7:
        return key == "traceId" ? c_.take("\"") && rest_of_trace_id() : c_.skip_value();
      case 10:
        if (key == "attributes") return attributes();
        return key == "traceState" ? c_.text(state_) : c_.skip_value();
      case 12:
        return key == "parentSpanId" ? c_.take("\"") && rest_of_span_id(parent_) : c_.skip_value();
      case 15:
        return key == "endTimeUnixNano" ? c_.count(finish_) : c_.skip_value();
      case 17:
        return key == "startTimeUnixNano" ? c_.count(start_) : c_.skip_value();
      default:
        return c_.skip_value();
    }
  }

  bool read_kind() {
    std::string_view name;
    std::uint64_t number = 0;
    if (c_.peek() == '"') {
      if (!c_.text(name)) return false;
      const auto known = span_kind(name);
      kind_ = known.value_or(SpanKind::absent);
      return known.has_value();
    }
    if (!c_.count(number) || number > 5) return false;
    kind_ = static_cast<SpanKind>(number);
    return true;
  }

  bool read_status() {
    return c_.object([&](std::string_view key) {
      if (key != "code") return c_.skip_value();
      std::string_view name;
      std::uint64_t number = 0;
      if (c_.peek() == '"' ? !c_.text(name) : !c_.count(number)) return false;
      failed_ = number == 2 || name == "STATUS_CODE_ERROR" || name == "ERROR" || name == "2";
      return true;
    });
  }

  bool read_link() {
    std::string_view trace, id;
    const bool good = c_.object([&](std::string_view key) {
      if (key == "traceId") return c_.text(trace);
      if (key == "spanId") return c_.text(id);
      return c_.skip_value();
    });
    if (good && !id.empty()) s_.links.push_back({trace_id(trace), span_id(id)});
    return good;
  }

  bool attributes() {
    Shapes& shapes = s_.shapes[static_cast<std::size_t>(kind_)];
    const char* at = c_.at();
    if (*at != '[') return false;
    if (at[1] == ']') return c_.step(2), true;
    Shape* shape = shapes.first();
    do {
      c_.move_to(at + 1);
      Shape* next = shapes.next(shape, c_.rest());
      if (next == nullptr) {
        if (!attribute()) return false;
        at = c_.at();
      } else {
        shape = next;
        at = behind_value(*shape, at + 1 + shape->size);
        if (at == nullptr) return false;
      }
    } while (*at == ',');
    c_.move_to(at);
    return c_.take("]");
  }
  const char* behind_value(const Shape& shape, const char* at) {
    const char* end = nullptr;
    if (!shape.quoted)
      end = c_.end_of_scalar(at);
    else
      end = shape.what != nullptr ? c_.end_of_text(at) : c_.end_of_string(at);
    if (end == nullptr) return nullptr;
    if (shape.what != nullptr) s_.meaning.add(*shape.what, {at, static_cast<std::size_t>(end - at)});
    if (shape.quoted) ++end;
    return end[0] == '}' && end[1] == '}' ? end + 2 : nullptr;
  }

  // {"key":"…","value":{"stringValue":"…"}}, the value's type being one of several.
  bool attribute() {
    std::string_view key, value;
    if (!c_.take("{\"key\":\"") || !c_.rest_of_text(key)) return false;
    const Convention* what = convention_of(key);
    if (c_.take(",\"value\":{\"stringValue\":\"")) {
      if (what == nullptr ? !c_.rest_of_string() : !c_.rest_of_text(value)) return false;
    } else {
      bool wanted = what != nullptr;
      if (!typed_value(value, wanted)) return false;
      if (!wanted) what = nullptr;
    }
    if (what != nullptr) s_.meaning.add(*what, value);
    return c_.take("}}");
  }
  bool typed_value(std::string_view& value, bool& wanted) {
    std::string_view type;
    if (!c_.take(",\"value\":{\"") || !c_.rest_of_text(type) || c_.peek() != ':') return false;
    c_.step();
    wanted = wanted && (type == "intValue" || type == "doubleValue" || type == "boolValue" || type == "stringValue");
    return wanted ? scalar(value) : c_.skip_value();
  }
  bool scalar(std::string_view& value) {
    if (c_.peek() == '"') return c_.text(value);
    const char* from = c_.at();
    if (c_.peek() == '{' || c_.peek() == '[' || !c_.skip_value()) return false;
    value = {from, static_cast<std::size_t>(c_.at() - from)};
    return true;
  }

  Cursor c_;
  RecordSink& sink_;
  Scratch& s_;
  ResourceId resource_ = 0;
  bool resource_known_ = false;
  TraceId trace_;
  SpanId id_ = 0, parent_ = 0;
  std::string_view name_, state_;
  std::uint64_t start_ = 0, finish_ = 0;
  SpanKind kind_ = SpanKind::absent;
  bool failed_ = false;
};

Scratch& scratch() {
  thread_local Scratch of_thread;
  return of_thread;
}

}  // namespace

bool read_by_cursor(const Frame& frame, RecordSink& sink) {
  return FrameReader(frame.text, sink, scratch()).read(false) != nullptr;
}

std::size_t read_line_by_cursor(std::string_view text, RecordSink& sink) {
  const char* end = FrameReader(text, sink, scratch()).read(true);
  return end == nullptr ? 0 : static_cast<std::size_t>(end - text.data());
}

}  // namespace nsew::otlp
