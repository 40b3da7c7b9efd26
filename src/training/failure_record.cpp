#include <cstdio>
#include <fstream>
#include <gsrgnn/training/failure_record.hpp>
#include <gsrgnn/util/machine.hpp>
#include <nlohmann/json.hpp>

namespace gsrgnn {

using Json = nlohmann::ordered_json;

bool write_failure_record(const std::string& path, const FailureRecord& record) {
  const Json json = {{"name", record.name},   {"reason", record.reason},     {"exit_code", record.exit_code},
                     {"final", record.final}, {"revision", record.revision}, {"deck_hash", record.deck_hash},
                     {"deck", record.deck}};
  const std::string temporary = temporary_path(path);
  std::ofstream file(temporary, std::ios::binary);
  file << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  file.close();
  if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
  std::remove(temporary.c_str());
  return false;
}

std::optional<FailureRecord> read_failure_record(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  FailureRecord record{text("name"), text("reason"), 3, false, text("revision"), text("deck_hash"), text("deck")};
  const auto code = json.find("exit_code"), final = json.find("final");
  if (code != json.end() && code->is_number() && final != json.end() && final->is_boolean()) {
    record.exit_code = *code;
    record.final = *final && !record.reason.empty();
  }
  return record;
}

}  // namespace gsrgnn
