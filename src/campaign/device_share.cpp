#include "campaign/device_share.hpp"

#include <algorithm>
#include <gsrgnn/util/machine.hpp>

namespace gsrgnn {

std::int64_t share_of_device(const Mpi& mpi) {
  const std::int64_t free = free_device_memory();
  const auto places = mpi.gather_to_all(device_place());
  return free / std::max<std::int64_t>(std::count(places.begin(), places.end(), device_place()), 1);
}

}  // namespace gsrgnn
