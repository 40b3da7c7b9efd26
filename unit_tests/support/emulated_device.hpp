#pragma once

/// The emulated device, with all that tests ask of it. execution_space.hpp says what it is, shadow.hpp what it notices.

#include "support/device/blas.hpp"
#include "support/device/fault.hpp"
#include "support/device/policies.hpp"
