// SPDX-License-Identifier: Apache-2.0
//
// The small C interface between Swift and libtorch.
//
// Rules: no function takes ownership of an argument; every returned handle is owned by the caller
// and freed with the matching `_free`. A function that fails returns NULL or false and leaves one
// sentence in `ct_last_error`, which is per thread. No C++ exception leaves a function.
#ifndef CTORCH_H
#define CTORCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CTClusterNetwork.h"
#include "CTKMeans.h"
#include "CTProjection.h"
#include "CTTrees.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

#define CT_ENUM(name) enum __attribute__((enum_extensibility(closed))) name : int32_t

typedef struct CTTensor CTTensor;        // one reference to an at::Tensor
typedef struct CTGenerator CTGenerator;  // one random stream
typedef int32_t CTDevice;                // -1 the CPU, n >= 0 CUDA device n
typedef const CTTensor *const _Nonnull *CTTensors;
typedef CTTensor *_Nullable CTResult;    // NULL: failed, see ct_last_error

typedef CT_ENUM(CTKind) {
  CTKindBool, CTKindUInt8, CTKindInt32, CTKindInt64, CTKindBFloat16, CTKindFloat, CTKindDouble
} CTKind;
typedef CT_ENUM(CTUnary) {
  CTUnaryNegate, CTUnaryExp, CTUnaryLog, CTUnarySqrt, CTUnarySquare, CTUnaryReciprocal, CTUnaryAbs,
  CTUnaryRelu, CTUnarySigmoid, CTUnaryTanh, CTUnarySelu, CTUnaryCelu, CTUnaryElu, CTUnaryLeakyRelu
} CTUnary;
typedef CT_ENUM(CTBinary) {
  CTBinaryAdd, CTBinarySubtract, CTBinaryMultiply, CTBinaryDivide, CTBinaryPower,
  CTBinaryEqual, CTBinaryGreaterOrEqual
} CTBinary;
typedef CT_ENUM(CTReduction) {
  CTReductionSum, CTReductionMean, CTReductionMax, CTReductionMin, CTReductionArgmax,
  CTReductionArgmin
} CTReduction;
// How the dense layers are computed on the CPU; elsewhere it makes no difference.
typedef CT_ENUM(CTLinearPath) { CTLinearPathPlain, CTLinearPathFused } CTLinearPath;

// Errors and lifetime
const char *ct_last_error(void);
void ct_free(CTTensor *t);
int64_t ct_live_count(void);  // tensors handed out and not yet freed, in the whole process

// Facts about a tensor
int32_t ct_rank(const CTTensor *t);
int64_t ct_size(const CTTensor *t, int32_t dim);
CTKind ct_kind(const CTTensor *t);
CTDevice ct_device(const CTTensor *t);
// The elements of a contiguous CPU tensor; NULL otherwise. Valid while the tensor lives.
void *_Nullable ct_data(const CTTensor *t);

// Making and moving
CTResult ct_from_host(const void *data, const int64_t *shape, int32_t rank, CTKind kind,
                      CTDevice device);
// A matrix on the CPU without its zeros: those of row i are starts[i] up to starts[i + 1], in rising
// order of their columns. Slices and chosen rows of it are dense; nothing else is computed with it.
CTResult ct_compressed(const int32_t *starts, const int32_t *columns, const float *values,
                       int64_t row_count, int64_t column_count);
bool ct_is_compressed(const CTTensor *t);
bool ct_to_host(const CTTensor *t, void *destination, size_t byte_count);
CTResult ct_full(double value, const int64_t *shape, int32_t rank, CTKind kind, CTDevice device);
CTResult ct_to(const CTTensor *t, CTKind kind, CTDevice device);
CTResult ct_clone(const CTTensor *t);
bool ct_copy(CTTensor *destination, const CTTensor *source);

// Random
CTGenerator *_Nullable ct_generator_new(uint64_t seed, CTDevice device);
void ct_generator_free(CTGenerator *g);
CTResult ct_uniform(double low, double high, const int64_t *shape, int32_t rank, CTDevice device,
                    CTGenerator *g);
CTResult ct_normal(double mean, double deviation, const int64_t *shape, int32_t rank,
                   CTDevice device, CTGenerator *g);
CTResult ct_permutation(int64_t count, CTDevice device, CTGenerator *g);

// Elementwise
CTResult ct_unary(CTUnary op, const CTTensor *a);
CTResult ct_binary(CTBinary op, const CTTensor *a, const CTTensor *b);
CTResult ct_binary_scalar(CTBinary op, const CTTensor *a, double b);
CTResult ct_clamp_min(const CTTensor *a, double low);

// Reductions
CTResult ct_reduce(CTReduction op, const CTTensor *a, const int64_t *_Nullable dims, int32_t count,
                   bool keep);
CTResult ct_log_softmax(const CTTensor *a, int64_t dim);
CTResult ct_softmax(const CTTensor *a, int64_t dim);

// Shape and indexing
CTResult ct_reshape(const CTTensor *a, const int64_t *shape, int32_t rank);
CTResult ct_transpose(const CTTensor *a, int64_t i, int64_t j);
CTResult ct_slice(const CTTensor *a, int64_t dim, int64_t start, int64_t end);
CTResult ct_concatenate(CTTensors _Nonnull list, int32_t count, int64_t dim);
CTResult ct_index_select(const CTTensor *a, int64_t dim, const CTTensor *index);
CTResult ct_index_add(const CTTensor *a, int64_t dim, const CTTensor *index,
                      const CTTensor *source);

// Linear algebra
CTResult ct_matmul(const CTTensor *a, const CTTensor *b);

// Networks
// activation(x @ weight.t() + bias), computed in `compute` (float or bfloat16; the weights stay
// float). A bfloat16 product has a bfloat16 gradient by the weight: the optimisers take both.
// Activations that the fused kernel lacks are the caller's.
CTResult ct_linear(const CTTensor *x, const CTTensor *weight, const CTTensor *bias,
                   bool relu, CTKind compute, CTLinearPath path);
CTResult ct_conv2d(const CTTensor *x, const CTTensor *weight, const CTTensor *_Nullable bias,
                   int64_t stride, int64_t padding);
CTResult ct_conv_transpose2d(const CTTensor *x, const CTTensor *weight,
                             const CTTensor *_Nullable bias, int64_t stride, int64_t padding,
                             int64_t output_padding);
// Images whose pixel at p (from -1 to 1 across each image, the outer edges) is the one of x at
// affine (samples × 2 × 3) · (p, 1): bilinear, zero outside.
CTResult ct_affine_sample(const CTTensor *x, const CTTensor *affine);
// Normalises over all dimensions but the second; in training updates `mean` and `variance`.
CTResult ct_batch_norm(const CTTensor *x, const CTTensor *weight, const CTTensor *bias,
                       CTTensor *mean, CTTensor *variance, bool training, double momentum,
                       double epsilon);

// Losses, with their derivatives in closed form
// scale * sum of (y - x)^2; no gradient goes to x on the CPU unless x asks for one.
CTResult ct_squared_error(const CTTensor *y, const CTTensor *x, double scale);
// scale * sum of log(1 + e^y) - x y, without overflow; gradients as above.
CTResult ct_binary_cross_entropy(const CTTensor *y, const CTTensor *x, double scale);
// KL(P || Q) averaged over the rows, Q being Student's t soft assignments; none goes to `target`.
CTResult ct_student_t_divergence(const CTTensor *codes, const CTTensor *centroids,
                                 const CTTensor *target, double freedom);

// Clustering
// The mean over rows x_i of sum_k s_ik |x_i - r_k|^2, s_i = softmax_k(-alpha |x_i - r_k|^2); rows
// n x d, centers K x d.
CTResult ct_soft_kmeans_loss(const CTTensor *rows, const CTTensor *centers, double alpha);

// Differentiation
bool ct_set_requires_grad(CTTensor *t, bool value);
CTResult ct_detach(const CTTensor *t);
// d loss / d inputs[i] into out[i]; an input that the loss does not depend on gets zeros.
// With `create_graph` the gradients can be differentiated in turn.
bool ct_grad(const CTTensor *loss, CTTensors _Nonnull inputs, int32_t count, bool create_graph,
             CTResult *_Nonnull out);
bool ct_grad_mode(void);
void ct_set_grad_mode(bool enabled);

// Optimisers: one fused call for all parameters, in place; gradients in float or bfloat16
bool ct_adam_step(CTTensors _Nonnull parameters, CTTensors _Nonnull gradients, CTTensors _Nonnull mean, CTTensors _Nonnull variance,
                  int32_t count, int64_t step, double rate, double beta1, double beta2,
                  double epsilon, double decay, bool decoupled);
bool ct_sgd_step(CTTensors _Nonnull parameters, CTTensors _Nonnull gradients, CTTensors _Nonnull momentum_buffers,
                 int32_t count, bool first, double rate, double momentum, double decay,
                 bool nesterov);

// Machine
const char *ct_version(void);
int32_t ct_threads(void);
void ct_set_threads(int32_t count);
// What another thread has set since counts for this one too.
void ct_adopt_threads(void);
// Of the calling thread alone; mkl is 0 where it has no number of its own.
typedef struct { int32_t count, mkl; } CTThreads;
CTThreads ct_swap_threads(CTThreads own);
// Lets the allocator keep freed blocks of up to 32 MB: a step frees and takes the same ones again,
// and getting them from the system each time costs a fifth of it. Process-wide; glibc only.
void ct_reuse_freed_memory(void);
bool ct_fast_bfloat16(void);  // whether this processor multiplies bfloat16 in hardware
// Opens libtorch_cuda.so when it is there; false with the reason otherwise. Needed once.
bool ct_cuda_load(void);
int32_t ct_cuda_device_count(void);
bool ct_cuda_synchronize(CTDevice device);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
