#include "training/deck_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace gsrgnn {
namespace {

/// Our key, and what it is called elsewhere: in PyTorch, PyG, Lightning, TensorFlow, scikit-learn and their examples.
struct Words {
  const char* key;
  std::vector<std::string_view> elsewhere;
};
const std::vector<Words>& words() {
  static const std::vector<Words> all = {
      {"train.learning_rate",
       {"lr", "rate", "base_lr", "init_lr", "initial_lr", "max_lr", "eta", "step_size", "alpha"}},
      {"train.epochs",
       {"num_epochs", "n_epochs", "max_epochs", "nb_epochs", "iterations", "num_iterations", "steps", "max_steps"}},
      {"model.hidden",
       {"hidden_channels", "hidden_dim", "hidden_dims", "hidden_size", "hidden_features", "hidden_units", "dim", "dims",
        "d_model", "width", "channels", "embedding_dim", "embed_dim", "embedding_size", "units", "num_hidden"}},
      {"model.layers", {"num_layers", "n_layers", "depth", "num_blocks", "num_convs", "num_hidden_layers"}},
      {"model.k", {"topk", "top_k", "sparsity", "num_kept"}},
      {"model.dropout", {"drop", "dropout_rate", "drop_rate", "dropout_p", "p_drop", "p_dropout"}},
      {"model.groups", {"num_groups", "group"}},
      {"model.kind",
       {"type", "model_type", "model_name", "arch", "architecture", "backbone", "gnn", "gnn_type", "conv",
        "conv_type"}},
      {"train.weight_decay", {"wd", "decay", "l2", "l2_reg", "reg", "weight_decay_rate"}},
      {"train.schedule", {"scheduler", "lr_scheduler", "lr_schedule", "sched", "lr_decay", "annealing"}},
      {"train.warm_up", {"warmup", "warmup_epochs", "warmup_steps", "num_warmup_steps", "warm_up_epochs"}},
      {"train.patience",
       {"patience", "early_stopping", "early_stop", "early_stopping_patience", "early_stopping_rounds"}},
      {"train.clip",
       {"grad_clip", "clip_grad", "clip_norm", "clip_grad_norm", "clipnorm", "gradient_clip", "gradient_clip_val",
        "gradient_clipping", "max_grad_norm"}},
      {"train.loss", {"criterion", "loss_fn", "loss_function", "objective", "loss_type"}},
      {"train.from",
       {"pretrained", "pretrained_model", "init_from", "init_checkpoint", "finetune", "fine_tune", "finetune_from",
        "weights", "load_from", "load_model", "restore"}},
      {"train.body_rate (0: all but the output layer is frozen)",
       {"freeze", "frozen", "freeze_layers", "frozen_layers", "freeze_backbone", "freeze_encoder", "linear_probe",
        "backbone_lr", "encoder_lr", "lr_mult", "backbone_lr_mult", "layer_decay", "llrd"}},
      {"train.from_share (with train.from: a mean of both models' weights)",
       {"wise_ft", "wiseft", "weight_interpolation", "interpolation", "model_soup", "soup"}},
      {"train.seed", {"random_seed", "random_state", "rng_seed", "manual_seed"}},
      {"train.split",
       {"val_split", "validation_split", "train_split", "test_split", "test_size", "val_ratio", "split_ratio"}},
      {"train.batch (of a joint deck: circuits an update)", {"batch_size", "minibatch", "batchsize", "mini_batch"}},
      {"train.checkpoint.epochs",
       {"save_every", "checkpoint_every", "save_interval", "save_freq", "checkpoint_interval"}},
      {"circuit", {"design", "netlist", "graph", "dataset", "data", "data_path", "data_dir", "input", "def", "file"}},
      {"output", {"out_dir", "output_dir", "output_path", "save_path", "save_dir", "result", "results", "run_dir"}},
      {"memory_limit", {"memory", "max_memory", "mem_limit", "memory_budget"}},
  };
  return all;
}

/// What is no choice, and what there is in its place.
struct Absence {
  const char* what;
  std::vector<std::string_view> elsewhere;
};
const std::vector<Absence>& absences() {
  static const std::vector<Absence> all = {
      {"there is no choice of an optimizer: it is Adam, and with train.weight_decay AdamW",
       {"optimizer", "optim", "optimiser", "momentum", "betas", "beta1", "beta2", "adam", "sgd", "epsilon", "eps"}},
      {"the activation is ReLU", {"activation", "act", "nonlinearity"}},
      {"no kind of model has attention", {"heads", "num_heads", "attention", "n_heads"}},
      {"a kind of model has its own normalisation", {"norm", "normalization", "batch_norm", "layer_norm", "norm_type"}},
      {"numbers are 32-bit floats", {"precision", "dtype", "amp", "fp16", "bf16", "mixed_precision"}},
      {"the device is that of the build; see the README, On a GPU", {"device", "gpu", "gpus", "cuda", "accelerator"}},
      {"threads are those of OMP_NUM_THREADS", {"threads", "num_threads", "workers", "num_workers", "n_jobs"}},
      {"a whole circuit is an update; neighbours are not sampled",
       {"num_neighbors", "fanout", "fan_out", "sampling", "sampler", "num_parts"}},
  };
  return all;
}

template <class Entries>
auto find_in(const Entries& entries, const std::string& word) {
  return std::find_if(entries.begin(), entries.end(), [&](const auto& entry) {
    return std::find(entry.elsewhere.begin(), entry.elsewhere.end(), word) != entry.elsewhere.end();
  });
}

}  // namespace

std::string advice_on(const std::string& key) {
  std::string word = key;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::tolower(c)); });
  if (const auto ours = find_in(words(), word); ours != words().end()) return fmt::format("here it is {}", ours->key);
  if (const auto none = find_in(absences(), word); none != absences().end()) return none->what;
  return "";
}

}  // namespace gsrgnn
