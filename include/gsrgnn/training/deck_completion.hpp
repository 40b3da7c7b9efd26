#pragma once

/// What can be typed of a deck's keys.

#include <string>
#include <vector>

namespace gsrgnn {

/// Every key of a deck as "model.k=", and of those that are a choice each, as "model.kind=gsr".
std::vector<std::string> key_values();

}  // namespace gsrgnn
