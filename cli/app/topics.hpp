// What can be listed and explained: derived from the tables of the rooms, never written twice.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nsew {

struct Topic {
  std::string name, summary;
  std::string page;   // the whole of `nsew explain NAME`
  std::string alias;  // another name that explain takes
};

struct TopicList {
  std::string_view name, summary;
  std::vector<Topic> (*topics)();
};

std::span<const TopicList> topic_lists();  // formats, facts, rules, checks, reports, targets, outcomes

}  // namespace nsew
