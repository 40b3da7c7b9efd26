#include <gsrgnn/training/failure_record.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <nlohmann/json.hpp>

namespace gsrgnn {

using Json = nlohmann::ordered_json;

bool write_failure_record(const std::string& path, const FailureRecord& record) {
  const Json json = {{"name", record.name},   {"reason", record.reason},     {"exit_code", record.exit_code},
                     {"final", record.final}, {"revision", record.revision}, {"deck_hash", record.deck_hash},
                     {"deck", record.deck}};
  try {
    write_file(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
  } catch (const InputError&) {
    return false;
  }
  return true;
}

std::optional<FailureRecord> read_failure_record(const std::string& path) {
  const Json json = Json::parse(read_text_file(path).value_or(""), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  FailureRecord record;
  record.reason = text("reason");
  record.name = text("name");
  record.revision = text("revision");
  record.deck_hash = text("deck_hash");
  record.deck = text("deck");
  const auto code = json.find("exit_code"), final = json.find("final");
  if (code != json.end() && code->is_number() && final != json.end() && final->is_boolean()) {
    record.exit_code = *code;
    record.final = *final && !record.reason.empty();
  }
  return record;
}

}  // namespace gsrgnn
