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

const int32_t *spm_encode(
    const spm_processor *processor, const char *text, size_t length, size_t *count, char **error) {
  static_assert(sizeof(int) == sizeof(int32_t), "ids are handed over as they are");
  thread_local std::vector<int> ids;
  return guarded<const int32_t>(error, [&] {
    check(processor->model.Encode({text, length}, &ids));
    *count = ids.size();
    // Never NULL, which would mean an error.
    ids.reserve(1);
    return ids.data();
  });
}

char *spm_decode(
    const spm_processor *processor, const int32_t *ids, size_t count, bool drops_space, size_t *length, char **error) {
  return guarded<char>(error, [&] {
    std::vector<std::string> pieces;
    pieces.reserve(count);
    for (size_t index = 0; index < count; index++) pieces.push_back(processor->model.IdToPiece(ids[index]));
    const std::string space = "\xe2\x96\x81";
    if (drops_space && count > 0 && pieces[0].compare(0, space.size(), space) == 0) pieces[0].erase(0, space.size());
    std::string text;
    check(processor->model.Decode(pieces, &text));
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
