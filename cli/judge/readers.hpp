// The parts of a rule file, each read and checked by itself.
#pragma once

#include "judge/rule.hpp"
#include "judge/yaml.hpp"

namespace nsew {

Condition read_condition(const Yaml&);  // a mapping of facts to tests, `any` and `not` included
Condition read_any(const Yaml&);        // a list of which one must hold
Condition read_not(const Yaml&);
void join_conditions(Condition& into, Condition other);

Curve read_curve(const Yaml&);
std::vector<Effect> read_effects(const Yaml&, const std::vector<std::string>& families);
Need read_need(const Yaml&);

Rule read_rule(const Yaml&, const std::string& id, const std::vector<std::string>& families);
Scale read_scale(const Yaml&);

const std::vector<std::string>& outcomes();
const std::vector<std::string>& modes();
const std::vector<std::string>& confidences();

// Refuses a template that names something other than a fact or one of `extra`.
void check_template(const Yaml&, const std::vector<std::string>& extra);

}  // namespace nsew
