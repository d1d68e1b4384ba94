// OTLP traces as protobuf: ExportTraceServiceRequest and TracesData, which look the same, in whatever way a file frames
// them. https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
#include <bit>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <vector>

#include "input/otlp.hpp"
#include "input/otlp_meaning.hpp"
#include "input/reader_table.hpp"

namespace nsew {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

constexpr std::uint32_t bytes_field(std::uint32_t number) {
  return protozero::tag_and_type(number, pbf_wire_type::length_delimited);
}
constexpr std::uint32_t number_field(std::uint32_t number) {
  return protozero::tag_and_type(number, pbf_wire_type::varint);
}
constexpr std::uint32_t fixed_field(std::uint32_t number) {
  return protozero::tag_and_type(number, pbf_wire_type::fixed64);
}

// Field numbers, by message.
namespace request {
constexpr auto resource_spans = bytes_field(1);
}
namespace resource_spans {
constexpr protozero::pbf_tag_type resource = 1;
constexpr auto scope_spans = bytes_field(2);
constexpr auto library_spans = bytes_field(1000);  // where scopes were still called instrumentation libraries
}  // namespace resource_spans
namespace scope_spans {
constexpr auto span = bytes_field(2);
}
namespace resource {
constexpr auto attributes = bytes_field(1);
}
namespace span {
constexpr auto trace_id = bytes_field(1), span_id = bytes_field(2), trace_state = bytes_field(3),
               parent_span_id = bytes_field(4), name = bytes_field(5), kind = number_field(6), start = fixed_field(7),
               end = fixed_field(8), attributes = bytes_field(9), links = bytes_field(13), status = bytes_field(15);
}  // namespace span
namespace link {
constexpr auto trace_id = bytes_field(1), span_id = bytes_field(2);
}
namespace status {
constexpr auto deprecated_code = number_field(1), code = number_field(3);
}
namespace key_value {
constexpr auto key = bytes_field(1), value = bytes_field(2);
}
namespace any_value {
constexpr auto text = bytes_field(1), truth = number_field(2), whole = number_field(3), real = fixed_field(4);
}

constexpr std::string_view rest_hint = "the rest is read; was the file damaged on its way?";

std::string_view text_of(const protozero::data_view& view) { return {view.data(), view.size()}; }

// What the first field of a message holds when it is `field` and shorter than 128 bytes, as most are; else null.
// Looking is cheaper than asking protozero, which is asked for everything else.
std::string_view short_field(std::string_view message, std::uint32_t field) {
  if (message.size() < 2 || static_cast<unsigned char>(message[0]) != field) return {};
  const auto size = static_cast<unsigned char>(message[1]);
  return size < 128 && size <= message.size() - 2 ? message.substr(2, size) : std::string_view{};
}

std::uint64_t big_endian(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}
// 8 bytes, else none: an id of another length is no id.
SpanId span_id_of(std::string_view bytes) { return bytes.size() == 8 ? big_endian(bytes.data()) : 0; }
TraceId trace_id_of(std::string_view bytes) {
  if (bytes.size() == 16) return {big_endian(bytes.data()), big_endian(bytes.data() + 8)};
  return {0, span_id_of(bytes)};
}

// What a thread keeps from frame to frame, so that the hot path does not allocate.
struct Scratch {
  otlp::Meaning meaning;
  std::vector<Link> links;
};

class MessageReader {
 public:
  MessageReader(const Frame& frame, RecordSink& sink, Scratch& scratch) : frame_(frame), sink_(sink), s_(scratch) {}

  void read() {
    guarded(frame_.text, "a damaged message", [&](pbf_reader message) {
      while (message.next())
        if (message.tag_and_type() == request::resource_spans)
          read_resource_spans(text_of(message.get_view()));
        else
          message.skip();
    });
  }

 private:
  // What is wrong inside of a message stays inside: its length leads to the next one.
  template <class Body>
  void guarded(std::string_view bytes, std::string_view what, const Body& body) {
    try {
      body(pbf_reader(bytes.data(), bytes.size()));
    } catch (const protozero::exception&) {
      sink_.skip(frame_, bytes.data(), what, rest_hint);
    }
  }

  void read_resource_spans(std::string_view bytes) {
    guarded(bytes, "damaged spans of a resource", [&](const pbf_reader& message) {
      if (!read_resource(message)) return sink_.skip(frame_, bytes.data(), "a resource that is not UTF-8", rest_hint);
      pbf_reader fields = message;
      while (fields.next()) {
        const std::uint32_t field = fields.tag_and_type();
        if (field == resource_spans::scope_spans || field == resource_spans::library_spans)
          read_scope_spans(text_of(fields.get_view()));
        else
          fields.skip();
      }
    });
  }

  // Wherever in the message it stands. It repeats from batch to batch. In several parts it is one all the same.
  bool read_resource(const pbf_reader& message) {
    std::string_view raw;
    unsigned parts = 0;
    for (pbf_reader fields = message; fields.next(resource_spans::resource, pbf_wire_type::length_delimited); ++parts)
      raw = text_of(fields.get_view());
    const ResourceId* seen = parts == 1 ? sink_.resource_seen(raw) : nullptr;
    if (seen != nullptr) return resource_ = *seen, true;
    s_.meaning.clear();
    for (pbf_reader fields = message; fields.next(resource_spans::resource, pbf_wire_type::length_delimited);)
      read_attributes(text_of(fields.get_view()));
    const auto resource = s_.meaning.resource();
    if (!resource) return false;
    resource_ = sink_.resource(*resource);
    if (parts == 1) sink_.remember(raw, resource_);
    return true;
  }
  void read_attributes(std::string_view bytes) {
    for (pbf_reader fields(bytes.data(), bytes.size()); fields.next();)
      if (fields.tag_and_type() == resource::attributes)
        read_attribute(text_of(fields.get_view()));
      else
        fields.skip();
  }

  void read_scope_spans(std::string_view bytes) {
    guarded(bytes, "damaged spans of a scope", [&](pbf_reader fields) {
      while (fields.next())
        if (fields.tag_and_type() == scope_spans::span)
          read_span(text_of(fields.get_view()));
        else
          fields.skip();
    });
  }

  void read_span(std::string_view bytes) {
    guarded(bytes, "a damaged span", [&](const pbf_reader& fields) {
      Span span;
      span.resource = resource_;
      name_ = state_ = {};
      failed_ = false;
      s_.meaning.clear();
      s_.links.clear();
      read_fields(fields, span);
      if (span.id == 0 || span.trace == TraceId{})
        return sink_.skip(frame_, bytes.data(), "a span without a trace id or span id of its own",
                          "it belongs to no trace and was left out");
      if (!s_.meaning.interpret(span, name_, state_, failed_, sink_))
        return sink_.skip(frame_, bytes.data(), "a span with text that is not UTF-8", rest_hint);
      span.links = s_.links;
      sink_.span(span);
    });
  }

  void read_fields(pbf_reader fields, Span& span) {
    std::uint64_t end = 0;
    while (fields.next()) {
      switch (fields.tag_and_type()) {
        case span::attributes:
          read_attribute(text_of(fields.get_view()));
          break;
        case span::trace_id:
          span.trace = trace_id_of(text_of(fields.get_view()));
          break;
        case span::span_id:
          span.id = span_id_of(text_of(fields.get_view()));
          break;
        case span::parent_span_id:
          span.parent = span_id_of(text_of(fields.get_view()));
          break;
        case span::trace_state:
          state_ = text_of(fields.get_view());
          break;
        case span::name:
          name_ = text_of(fields.get_view());
          break;
        case span::kind:
          span.kind = read_kind(fields);
          break;
        case span::start:
          span.start_ns = fields.get_fixed64();
          break;
        case span::end:
          end = fields.get_fixed64();
          break;
        case span::links:
          read_link(text_of(fields.get_view()));
          break;
        case span::status:
          read_status(text_of(fields.get_view()));
          break;
        default:
          skip(fields);
      }
    }
    span.duration_ns = end > span.start_ns && span.start_ns != 0 ? end - span.start_ns : 0;
  }

  // Fields that say nothing here, and those that later versions will have.
  void skip(pbf_reader& fields) {
    const auto tag = fields.tag();
    const bool said_otherwise = tag < 10 || tag == 13 || tag == 15;
    if (said_otherwise)
      sink_.note(frame_, fields.data().data(), Severity::warning, "a field of a span that has another type than OTLP's",
                 "the span is read without it");
    fields.skip();
  }

  SpanKind read_kind(pbf_reader& fields) {
    const char* at = fields.data().data();
    const std::uint64_t kind = fields.get_uint64();
    if (kind <= 5) return static_cast<SpanKind>(kind);
    sink_.note(frame_, at, Severity::warning, "a span kind that is not known", "the span is read without it");
    return SpanKind::absent;
  }

  void read_status(std::string_view bytes) {
    pbf_reader fields(bytes.data(), bytes.size());
    while (fields.next()) {
      const std::uint32_t field = fields.tag_and_type();
      if (field == status::code)
        failed_ = failed_ || fields.get_uint64() == 2;
      else if (field == status::deprecated_code)  // any but OK
        failed_ = failed_ || fields.get_uint64() != 0;
      else
        fields.skip();
    }
  }

  void read_link(std::string_view bytes) {
    Link link;
    pbf_reader fields(bytes.data(), bytes.size());
    while (fields.next()) {
      const std::uint32_t field = fields.tag_and_type();
      if (field == link::trace_id)
        link.trace = trace_id_of(text_of(fields.get_view()));
      else if (field == link::span_id)
        link.span = span_id_of(text_of(fields.get_view()));
      else
        fields.skip();
    }
    if (link.span != 0) s_.links.push_back(link);
  }

  void read_attribute(std::string_view bytes) {
    const std::string_view key = short_field(bytes, key_value::key);
    if (key.data() != nullptr) {
      const Convention* named = otlp::convention_of(key);
      if (named == nullptr) return;
      const std::string_view said = short_field(bytes.substr(2 + key.size()), key_value::value);
      if (said.data() != nullptr && key.size() + said.size() + 4 == bytes.size()) return read_value(*named, said);
    }
    const Convention* what = nullptr;
    std::string_view value;
    for (pbf_reader fields(bytes.data(), bytes.size()); fields.next();) {
      const std::uint32_t field = fields.tag_and_type();
      if (field == key_value::key) {
        what = otlp::convention_of(text_of(fields.get_view()));
        if (what == nullptr) return;
      } else if (field == key_value::value) {
        value = text_of(fields.get_view());
      } else {
        fields.skip();
      }
    }
    if (what != nullptr) read_value(*what, value);
  }

  void read_value(const Convention& what, std::string_view bytes) {
    const std::string_view text = short_field(bytes, any_value::text);
    if (text.data() != nullptr && text.size() + 2 == bytes.size()) return s_.meaning.add(what, text);
    pbf_reader fields(bytes.data(), bytes.size());
    while (fields.next()) {
      switch (fields.tag_and_type()) {
        case any_value::text:
          s_.meaning.add(what, text_of(fields.get_view()));
          break;
        case any_value::truth:
          s_.meaning.add(what, truth_value(fields.get_bool()));
          break;
        case any_value::whole:
          s_.meaning.add(what, static_cast<double>(fields.get_int64()));
          break;
        case any_value::real:
          s_.meaning.add(what, fields.get_double());
          break;
        default:
          fields.skip();
      }
    }
  }
  static std::string_view truth_value(bool truth) {
    static constexpr char yes[16] = "true", no[16] = "false";  // Meaning reads beyond the end
    return truth ? std::string_view(yes, 4) : std::string_view(no, 5);
  }

  const Frame& frame_;
  RecordSink& sink_;
  Scratch& s_;
  ResourceId resource_ = 0;
  std::string_view name_, state_;
  bool failed_ = false;
};

void read(const Frame& frame, RecordSink& sink) {
  thread_local Scratch scratch;
  MessageReader(frame, sink, scratch).read();
}

bool recognises(std::string_view head) { return otlp::protobuf_prefix(head).has_value(); }

Framing framing(std::string_view head) {
  return {.cut = Framing::Cut::messages, .prefix = otlp::protobuf_prefix(head).value_or(Framing::Prefix::none)};
}

}  // namespace

const Reader otlp_protobuf{
    .name = "otlp-protobuf",
    .summary = "OpenTelemetry traces as protobuf: collector file exports, bodies of OTLP/HTTP requests",
    .unit = "requests",
    .record = "add `exporters: {file: {path: traces.binpb, format: proto}}` to the OpenTelemetry collector",
    .recognises = recognises,
    .framing = framing,
    .read = read};

}  // namespace nsew
