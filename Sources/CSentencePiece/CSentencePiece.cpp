#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

struct spm_processor {
  sentencepiece::SentencePieceProcessor model;
};

namespace {

// No exception may leave this file: its callers cannot catch one.
template <class Result, class Body>
Result *guarded(char **error, Body body) {
  try {
    return body();
  } catch (const std::exception &exception) {
    *error = strdup(exception.what());
  }
  return nullptr;
}

template <class Element>
Element *copied(const Element *elements, size_t count) {
  auto *result = static_cast<Element *>(malloc(count == 0 ? 1 : count * sizeof(Element)));
  if (result == nullptr) throw std::bad_alloc();
  if (count > 0) memcpy(result, elements, count * sizeof(Element));
  return result;
}

void check(const sentencepiece::util::Status &status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

spm_processor *spm_load(const void *bytes, size_t count, char **error) {
  return guarded<spm_processor>(error, [&] {
    auto processor = std::make_unique<spm_processor>();
    check(processor->model.LoadFromSerializedProto({static_cast<const char *>(bytes), count}));
    return processor.release();
  });
}

void spm_free(spm_processor *processor) { delete processor; }
void spm_release(void *result) { free(result); }

int32_t spm_piece_count(const spm_processor *processor) { return processor->model.GetPieceSize(); }
int32_t spm_unknown_id(const spm_processor *processor) { return processor->model.unk_id(); }
int32_t spm_begin_id(const spm_processor *processor) { return processor->model.bos_id(); }
int32_t spm_end_id(const spm_processor *processor) { return processor->model.eos_id(); }
int32_t spm_padding_id(const spm_processor *processor) { return processor->model.pad_id(); }

int32_t *spm_encode(const spm_processor *processor, const char *text, size_t length, size_t *count, char **error) {
  return guarded<int32_t>(error, [&] {
    std::vector<int> ids;
    check(processor->model.Encode({text, length}, &ids));
    *count = ids.size();
    return copied<int32_t>(ids.data(), ids.size());
  });
}

char *spm_decode(const spm_processor *processor, const int32_t *ids, size_t count, size_t *length, char **error) {
  return guarded<char>(error, [&] {
    std::string text;
    check(processor->model.Decode(std::vector<int>(ids, ids + count), &text));
    *length = text.size();
    return copied(text.data(), text.size());
  });
}

const char *spm_piece(const spm_processor *processor, int32_t id) { return processor->model.IdToPiece(id).c_str(); }

spm_kind spm_piece_kind(const spm_processor *processor, int32_t id) {
  const auto &model = processor->model;
  if (model.IsUnknown(id)) return spm_unknown;
  if (model.IsControl(id)) return spm_control;
  if (model.IsUnused(id)) return spm_unused;
  return model.IsByte(id) ? spm_byte : spm_normal;
}

int32_t spm_id(const spm_processor *processor, const char *piece, size_t length) {
  return processor->model.PieceToId({piece, length});
}
