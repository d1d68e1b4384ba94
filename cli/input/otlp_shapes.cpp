#include "input/otlp_shapes.hpp"

#include "input/otlp_cursor.hpp"
#include "input/otlp_meaning.hpp"

namespace nsew::otlp {

Shape* Shapes::learn(std::string_view text, const Convention* what) {
  if (all_.size() == most) return nullptr;
  Shape& shape = all_.emplace_back();
  text.copy(shape.text.data(), text.size());
  shape.size = static_cast<std::uint32_t>(text.size());
  shape.quoted = text.ends_with('"');
  shape.what = what;
  shape.next.fill(&none_);
  by_text_.emplace(std::string_view(shape.text.data(), shape.size), &shape);
  return &shape;
}

Shape* Shapes::look_up(Shape* before, std::string_view text) {
  Cursor c(text);
  std::string_view key, type;
  if (!c.take("{\"key\":\"") || !c.rest_of_text(key) || !c.take(",\"value\":{\"") || !c.rest_of_text(type) ||
      !c.take(":"))
    return nullptr;
  if (type != "stringValue" && type != "intValue" && type != "doubleValue" && type != "boolValue") return nullptr;
  if (c.peek() == '"') c.step();
  text = text.substr(0, static_cast<std::size_t>(c.at() - text.data()));
  if (text.size() > Shape::longest) return nullptr;
  const auto known = by_text_.find(text);
  Shape* shape = known != by_text_.end() ? known->second : learn(text, convention_of(key));
  if (shape != nullptr) before->next[before->next[0] == &none_ ? 0 : 1] = shape;
  return shape;
}

}  // namespace nsew::otlp
