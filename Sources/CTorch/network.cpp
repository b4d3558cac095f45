// SPDX-License-Identifier: Apache-2.0
//
// Convolutions, normalisation, differentiation, and the machine.
#include "Internal.hpp"

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/GradMode.h>
#include <atomic>
#include <dlfcn.h>
#include <torch/csrc/autograd/autograd.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

using namespace ct;

// Convolutions and normalisation

CTResult ct_conv2d(const CTTensor *x, const CTTensor *weight, const CTTensor *bias,
                   int64_t stride, int64_t padding) {
  return tensor([&] {
    auto b = bias ? std::optional<at::Tensor>(bias->value) : std::nullopt;
    return at::conv2d(x->value, weight->value, b, stride, padding);
  });
}

CTResult ct_conv_transpose2d(const CTTensor *x, const CTTensor *weight, const CTTensor *bias,
                             int64_t stride, int64_t padding, int64_t output_padding) {
  return tensor([&] {
    auto b = bias ? std::optional<at::Tensor>(bias->value) : std::nullopt;
    return at::conv_transpose2d(x->value, weight->value, b, stride, padding, output_padding);
  });
}

CTResult ct_affine_sample(const CTTensor *x, const CTTensor *affine) {
  return tensor([&] {
    const auto grid =
        at::affine_grid_generator(affine->value, x->value.sizes(), /*align_corners=*/false);
    return at::grid_sampler(x->value, grid, /*bilinear*/ 0, /*zeros*/ 0, /*align_corners=*/false);
  });
}

CTResult ct_batch_norm(const CTTensor *x, const CTTensor *weight, const CTTensor *bias,
                       CTTensor *mean, CTTensor *variance, bool training, double momentum,
                       double epsilon) {
  return tensor([&] {
    return at::batch_norm(x->value, weight->value, bias->value, mean->value, variance->value,
                          training, momentum, epsilon, /*cudnn_enabled=*/true);
  });
}

// Differentiation

bool ct_set_requires_grad(CTTensor *t, bool value) {
  return guarded(false, [&] {
    t->value.set_requires_grad(value);
    return true;
  });
}

CTResult ct_detach(const CTTensor *t) {
  return tensor([&] { return t->value.detach(); });
}

bool ct_grad(const CTTensor *loss, CTTensors inputs, int32_t count, bool create_graph,
             CTResult *out) {
  return guarded(false, [&] {
    // A parameter is in the graph as itself, as its bfloat16 copy, or as both.
    auto variables = list(inputs, count);
    std::vector<int32_t> owners;
    for (int32_t i = 0; i < count; i++) {
      if (!inputs[i]->narrow.defined() || !inputs[i]->narrow.requires_grad()) continue;
      variables.push_back(inputs[i]->narrow);
      owners.push_back(i);
    }
    auto gradients = torch::autograd::grad({loss->value}, variables, {}, std::nullopt,
                                           create_graph, /*allow_unused=*/true);
    for (size_t j = 0; j < owners.size(); j++) {
      auto &whole = gradients[owners[j]];
      const auto &narrow = gradients[count + j];
      if (narrow.defined()) whole = whole.defined() ? whole + narrow : narrow;
    }
    for (int32_t i = 0; i < count; i++) {
      out[i] = new CTTensor{gradients[i].defined() ? gradients[i]
                                                   : at::zeros_like(variables[i])};
    }
    return true;
  });
}

bool ct_grad_mode(void) { return c10::GradMode::is_enabled(); }
void ct_set_grad_mode(bool enabled) { c10::GradMode::set_enabled(enabled); }

// Machine

const char *ct_version(void) { return TORCH_VERSION; }
int32_t ct_threads(void) { return at::get_num_threads(); }

// What libtorch sets for the whole process each thread takes over when it computes for the first
// time, and never again. Weak: libraries of libtorch have them, if any.
extern "C" {
__attribute__((weak)) void omp_set_num_threads(int);
__attribute__((weak)) int MKL_Set_Num_Threads_Local(int);
__attribute__((weak)) void MKL_Set_Dynamic(int);
}
static std::atomic<int32_t> wanted_threads{0};

void ct_set_threads(int32_t count) {
  wanted_threads = count;
  at::set_num_threads(count);
}

void ct_adopt_threads(void) {
  const int32_t wanted = wanted_threads;
  const bool differs = wanted > 0 && at::get_num_threads() != wanted;
  if (differs && omp_set_num_threads != nullptr) omp_set_num_threads(wanted);
}

CTThreads ct_swap_threads(CTThreads own) {
  CTThreads before = {at::get_num_threads(), 0};
  if (omp_set_num_threads != nullptr) omp_set_num_threads(own.count);
  if (MKL_Set_Dynamic != nullptr) MKL_Set_Dynamic(0);  // as libtorch does with every number
  if (MKL_Set_Num_Threads_Local != nullptr) before.mkl = MKL_Set_Num_Threads_Local(own.mkl);
  return before;
}

void ct_reuse_freed_memory(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  mallopt(M_TOP_PAD, 64 << 20);
  mallopt(M_MXFAST, 0);  // nothing to consolidate each time that a large block is freed
#endif
}

bool ct_fast_bfloat16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

bool ct_cuda_load(void) {
  return guarded(false, [&] {
    if (at::hasCUDA()) return true;
    if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      lastError = dlerror();
      return false;
    }
    if (!at::hasCUDA()) lastError = "libtorch_cuda.so was opened, but it registered no device";
    return at::hasCUDA();
  });
}

int32_t ct_cuda_device_count(void) {
  return guarded<int32_t>(0, [&] { return static_cast<int32_t>(at::getNumGPUs()); });
}

bool ct_cuda_synchronize(CTDevice d) {
  return guarded(false, [&] {
    if (d >= 0) at::detail::getCUDAHooks().deviceSynchronize(static_cast<c10::DeviceIndex>(d));
    return true;
  });
}
