#include <Kokkos_Core.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/util/blas_threads.hpp>

namespace gsrgnn::cli {

int run(int argc, char** argv) {
  Arguments given;
  const auto add = [&](const Command& program) {
    add_import(program, given);
    add_generate(program, given);
    add_info(program, given);
    add_plan(program, given);
    add_train(program, given);
    add_sweep(program, given);
    add_predict(program, given);
    add_collect(program, given);
    add_report(program, given);
  };
  int code = kDone;
  const auto act = read_command_line(argc, argv, add, code);
  if (!act) return code;
  try {
    int no_arguments = 0;
    const Kokkos::ScopeGuard kokkos(no_arguments, argv);
    set_blas_threads(Kokkos::DefaultHostExecutionSpace().concurrency());
    act();
    return kDone;
  } catch (const std::exception& error) {
    return tell(error);
  } catch (const Told& told) {
    return told.code;
  }
}

}  // namespace gsrgnn::cli
