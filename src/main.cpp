#include <gsrgnn/cli/commands.hpp>

int main(int argc, char** argv) {
  return gsrgnn::cli::run(argc, argv);
}
