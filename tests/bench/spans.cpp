// spans SIZE [SEED [json|protobuf [SERVICES]]]: OTLP on stdout, as the collector's file exporter writes it: JSON lines
// up to SIZE bytes, or the same spans as length-prefixed protobuf. A system of 30 services, or of as many as are asked
// for (70,000 have 200,000 edges), with 20 operations each; 800 to 900
// bytes a span, 8 or more attributes, random ids, one span in a hundred delivered twice, consumers that link to their
// producers. The batches of services leave in no order, so that most children stand before their parent.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <protozero/pbf_writer.hpp>

namespace {

constexpr std::size_t operations = 20, pods = 3;

struct Made {
  std::uint64_t trace_high, trace_low, id, parent;
  std::uint32_t service, operation;
  int kind;  // as OTLP counts: 2 SERVER, 3 CLIENT, 4 PRODUCER, 5 CONSUMER
  std::uint32_t callee = 0;
  std::uint64_t start_ns, duration_ns;
  std::uint64_t linked_high = 0, linked_low = 0, linked_id = 0;
};

struct Attribute {
  std::string_view key;
  std::string text;
  std::uint64_t number = 0;
  bool numeric = false;
};
Attribute text_of(std::string_view key, std::string text) { return {key, std::move(text)}; }
Attribute number_of(std::string_view key, std::uint64_t number) { return {key, {}, number, true}; }
using Attributes = std::vector<Attribute>;

constexpr std::string_view scope_name = "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp";
constexpr std::string_view scope_version = "0.53.0";

// One batch in both encodings.
struct Encoded {
  std::string json, protobuf;
};

std::string json_of(const Attributes& attributes) {
  std::string text;
  for (const Attribute& a : attributes) {
    const std::string value =
        a.numeric ? fmt::format(R"("intValue":"{}")", a.number) : fmt::format(R"("stringValue":"{}")", a.text);
    text += fmt::format(R"({}{{"key":"{}","value":{{{}}}}})", text.empty() ? "" : ",", a.key, value);
  }
  return text;
}

void add_attributes(protozero::pbf_writer& message, std::uint32_t field, const Attributes& attributes) {
  for (const Attribute& a : attributes) {
    protozero::pbf_writer pair(message, field);
    pair.add_string(1, a.key.data(), a.key.size());
    protozero::pbf_writer value(pair, 2);
    if (a.numeric)
      value.add_int64(3, static_cast<std::int64_t>(a.number));
    else
      value.add_string(1, a.text);
  }
}

std::string id_bytes(std::initializer_list<std::uint64_t> words) {
  std::string bytes;
  for (const std::uint64_t word : words)
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(word >> shift & 255));
  return bytes;
}

std::string four_bytes(std::size_t size) { return id_bytes({size}).substr(4); }

class Generator {
 public:
  Generator(std::uint64_t seed, std::size_t services) : random_(seed), services_(services) {}

  // Some traces at a time: their spans, in batches by pod, in no order.
  Encoded messages() {
    spans_.clear();
    while (spans_.size() < 4096) trace();
    for (std::size_t i = 0, n = spans_.size(); i < n; ++i)
      if (below(100) == 0) spans_.push_back(spans_[i]);
    std::ranges::shuffle(spans_, random_);
    std::ranges::stable_sort(spans_, {}, [](const Made& m) { return m.service; });
    std::vector<Encoded> batches;
    for (std::size_t i = 0; i < spans_.size();) {
      std::size_t end = i + 1;
      while (end < spans_.size() && end - i < 12 && spans_[end].service == spans_[i].service) ++end;
      batches.push_back(batch(i, end));
      i = end;
    }
    std::ranges::shuffle(batches, random_);
    Encoded all;
    for (std::size_t i = 0; i < batches.size(); i += 3) {
      std::string message;
      all.json += R"({"resourceSpans":[)";
      for (std::size_t j = i; j < std::min(i + 3, batches.size()); ++j) {
        all.json += (j > i ? "," : "") + batches[j].json;
        protozero::pbf_writer(message).add_message(1, batches[j].protobuf);
      }
      all.json += "]}\n";
      all.protobuf += four_bytes(message.size()) + message;
    }
    return all;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool large() const { return services_ > 1000; }
  std::uint32_t any_operation() { return static_cast<std::uint32_t>(below(operations)); }

  void trace() {
    const std::uint64_t high = random_(), low = random_();
    now_ += 1'000'000 + below(1'000'000);
    const std::uint32_t entry = static_cast<std::uint32_t>(below(large() ? services_ : 3));
    serve(high, low, 0, entry, any_operation(), 0, now_);
  }

  void serve(std::uint64_t high, std::uint64_t low, std::uint64_t parent, std::uint32_t service,
             std::uint32_t operation, int depth, std::uint64_t start) {
    const std::uint64_t id = random_();
    spans_.push_back({high, low, id, parent, service, operation, 2, service, start, 1'000'000 + below(200'000'000)});
    const std::uint64_t calls = depth >= 4 ? 0 : below(4);
    for (std::uint64_t i = 0; i < calls; ++i) call(high, low, id, service, depth, start + i * 100'000);
  }

  void call(std::uint64_t high, std::uint64_t low, std::uint64_t parent, std::uint32_t service, int depth,
            std::uint64_t start) {
    const std::uint32_t callee = static_cast<std::uint32_t>((service + 1 + below(large() ? 3 : 5)) % services_);
    const std::uint32_t operation = any_operation();
    const bool message = below(20) == 0;
    const std::uint64_t id = random_();
    spans_.push_back(
        {high, low, id, parent, service, operation, message ? 4 : 3, callee, start, 500'000 + below(100'000'000)});
    if (message)
      consume(high, low, id, callee, operation, start);
    else if (below(10) > 0)
      serve(high, low, id, callee, operation, depth + 1, start + 50'000);
  }

  // In a trace of its own: only the link leads back.
  void consume(std::uint64_t high, std::uint64_t low, std::uint64_t id, std::uint32_t service, std::uint32_t operation,
               std::uint64_t start) {
    const std::uint64_t own_high = random_(), own_low = random_();
    spans_.push_back(
        {own_high, own_low, random_(), 0, service, operation, 5, service, start + 2'000'000, 300'000, high, low, id});
  }

  Encoded batch(std::size_t from, std::size_t to) {
    const std::uint32_t service = spans_[from].service;
    const std::uint64_t pod = below(pods);
    const std::string named = fmt::format("service-{:02}", service);
    const Attributes resource{text_of("service.name", named),
                              text_of("k8s.namespace.name", "shop"),
                              text_of("k8s.deployment.name", named),
                              text_of("k8s.pod.name", fmt::format("{}-7d9f6c5b4-x{}k2p", named, pod)),
                              text_of("k8s.pod.ip", fmt::format("10.1.{}.{}", service, pod)),
                              text_of("telemetry.sdk.language", "go"),
                              text_of("telemetry.sdk.name", "opentelemetry"),
                              text_of("telemetry.sdk.version", "1.28.0")};
    Encoded made;
    made.json = fmt::format(
        R"({{"resource":{{"attributes":[{}]}},"scopeSpans":[{{"scope":{{"name":"{}","version":"{}"}},"spans":[)",
        json_of(resource), scope_name, scope_version);
    protozero::pbf_writer message(made.protobuf);
    {
      protozero::pbf_writer attributes(message, 1);
      add_attributes(attributes, 1, resource);
    }
    protozero::pbf_writer scoped(message, 2);
    {
      protozero::pbf_writer scope(scoped, 1);
      scope.add_string(1, scope_name.data(), scope_name.size());
      scope.add_string(2, scope_version.data(), scope_version.size());
    }
    for (std::size_t i = from; i < to; ++i) {
      const Attributes said = attributes(spans_[i]);
      const bool failed = below(50) == 0;
      made.json += (i > from ? "," : "") + json_span(spans_[i], said, failed);
      protozero::pbf_writer span(scoped, 2);
      add_span(span, spans_[i], said, failed);
    }
    made.json += "]}]}";
    return made;
  }

  static std::string json_span(const Made& m, const Attributes& said, bool failed) {
    std::string text = fmt::format(
        R"({{"traceId":"{:016x}{:016x}","spanId":"{:016x}","parentSpanId":"{}","flags":257,"name":"{}","kind":{},)"
        R"("startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"status":{{{}}})",
        m.trace_high, m.trace_low, m.id, m.parent == 0 ? "" : fmt::format("{:016x}", m.parent), name(m), m.kind,
        m.start_ns, m.start_ns + m.duration_ns, json_of(said), failed ? R"("code":2)" : "");
    if (m.linked_id != 0)
      text += fmt::format(R"(,"links":[{{"traceId":"{:016x}{:016x}","spanId":"{:016x}"}}])", m.linked_high,
                          m.linked_low, m.linked_id);
    return text + "}";
  }

  static void add_span(protozero::pbf_writer& span, const Made& m, const Attributes& said, bool failed) {
    span.add_bytes(1, id_bytes({m.trace_high, m.trace_low}));
    span.add_bytes(2, id_bytes({m.id}));
    if (m.parent != 0) span.add_bytes(4, id_bytes({m.parent}));
    span.add_string(5, name(m));
    span.add_enum(6, m.kind);
    span.add_fixed64(7, m.start_ns);
    span.add_fixed64(8, m.start_ns + m.duration_ns);
    add_attributes(span, 9, said);
    if (m.linked_id != 0) {
      protozero::pbf_writer link(span, 13);
      link.add_bytes(1, id_bytes({m.linked_high, m.linked_low}));
      link.add_bytes(2, id_bytes({m.linked_id}));
    }
    protozero::pbf_writer status(span, 15);
    if (failed) status.add_enum(3, 2);
    status.commit();
    span.add_fixed32(16, 257);
  }

  static std::string name(const Made& m) {
    if (m.kind >= 4) return fmt::format("topic-{:02} {}", m.operation, m.kind == 4 ? "publish" : "process");
    return m.kind == 2 ? fmt::format("GET /api/v1/resource-{}/{{id}}", char('a' + m.operation)) : "HTTP GET";
  }

  // The numbers are drawn in this order, whatever their place among the attributes.
  Attributes attributes(const Made& m) {
    const Attribute thread = number_of("thread.id", 20 + below(40));
    return m.kind >= 4 ? of_message(m, thread) : of_request(m, thread);
  }

  Attributes of_message(const Made& m, const Attribute& thread) {
    const Attribute size = number_of("messaging.message.body.size", below(4096));
    const Attribute offset = number_of("messaging.kafka.offset", below(1'000'000));
    const Attribute partition = number_of("messaging.destination.partition.id", below(12));
    return {text_of("messaging.system", "kafka"),
            text_of("messaging.destination.name", fmt::format("topic-{:02}", m.operation)),
            text_of("messaging.operation.type", m.kind == 4 ? "publish" : "process"),
            text_of("messaging.client.id", "sarama-client-4711"),
            size,
            offset,
            partition,
            thread};
  }

  Attributes of_request(const Made& m, const Attribute& thread) {
    const std::string host = fmt::format("service-{:02}.shop.svc.cluster.local", m.callee);
    // One URL in ten has an identifier that only it has.
    const std::uint64_t item = below(10) == 0 ? below(1'000'000) : 42;
    const std::string resource = fmt::format("/api/v1/resource-{}/", char('a' + m.operation));
    const std::string path = fmt::format("{}{}", resource, item);
    Attributes all{text_of("http.request.method", "GET"), number_of("http.response.status_code", 200),
                   text_of("server.address", host), number_of("server.port", 8080)};
    if (m.kind == 3) {
      all.push_back(text_of("url.full", fmt::format("http://{}:8080{}", host, path)));
      all.push_back(text_of("network.protocol.version", "1.1"));
      all.push_back(number_of("http.response.body.size", below(9000)));
      all.push_back(thread);
      return all;
    }
    all.push_back(text_of("url.path", path));
    all.push_back(text_of("http.route", resource + "{id}"));
    all.push_back(text_of("user_agent.original", "Go-http-client/1.1"));
    const std::uint64_t network = below(30), host_part = below(250);
    all.push_back(text_of("network.peer.address", fmt::format("10.1.{}.{}", network, host_part)));
    all.push_back(number_of("network.peer.port", 30000 + below(20000)));
    return all;
  }

  std::mt19937_64 random_;
  std::size_t services_;
  std::vector<Made> spans_;
  std::uint64_t now_ = 1'750'000'000'000'000'000;
};

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t size = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000'000;
  Generator generator(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1,
                      argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 30);
  const bool protobuf = argc > 3 && std::string_view(argv[3]) == "protobuf";
  for (std::uint64_t made = 0; made < size;) {
    const Encoded messages = generator.messages();
    const std::string& out = protobuf ? messages.protobuf : messages.json;
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return 1;
    made += messages.json.size();
  }
  return std::fclose(stdout) == 0 ? 0 : 1;
}
