// What llama.cpp says of a model: the logits after every token, in f32, one after the other.
//
//   cc -O2 -I LLAMA_CPP/include -I LLAMA_CPP/ggml/include logits.c -L LIBRARIES -lllama -lggml -lggml-base -o logits
//   ./logits MODEL.gguf OUT.f32 TOKEN...
//
// All tokens go in one batch; keys and values are kept in f32, so that what is rounded is rounded by the products alone.
#include <stdio.h>
#include <stdlib.h>

#include "llama.h"

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: logits MODEL OUT TOKEN...\n");
    return 2;
  }
  int count = argc - 3;
  llama_backend_init();
  struct llama_model *model = llama_model_load_from_file(argv[1], llama_model_default_params());
  if (!model) return 1;
  struct llama_context_params params = llama_context_default_params();
  params.n_ctx = params.n_batch = params.n_ubatch = 512;
  params.n_threads = params.n_threads_batch = 2;
  params.type_k = params.type_v = GGML_TYPE_F32;
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  struct llama_context *context = llama_init_from_model(model, params);
  if (!context) return 1;
  struct llama_batch batch = llama_batch_init(count, 0, 1);
  for (int i = 0; i < count; i++) {
    batch.token[i] = atoi(argv[3 + i]);
    batch.pos[i] = i;
    batch.n_seq_id[i] = 1;
    batch.seq_id[i][0] = 0;
    batch.logits[i] = 1;
  }
  batch.n_tokens = count;
  if (llama_decode(context, batch)) return 1;
  int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
  FILE *out = fopen(argv[2], "wb");
  if (!out) return 1;
  for (int i = 0; i < count; i++) {
    if (fwrite(llama_get_logits_ith(context, i), sizeof(float), vocabulary, out) != (size_t) vocabulary) return 1;
  }
  return fclose(out) ? 1 : 0;
}
