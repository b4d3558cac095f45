// SPDX-License-Identifier: Apache-2.0
//
// Convolutions, normalisation, differentiation, optimisers, and the machine.
#include "Internal.hpp"

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/GradMode.h>
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

bool ct_grad(const CTTensor *loss, CTTensors inputs, int32_t count, CTResult *out) {
  return guarded(false, [&] {
    auto variables = list(inputs, count);
    auto gradients = torch::autograd::grad({loss->value}, variables, {}, std::nullopt,
                                           /*create_graph=*/false, /*allow_unused=*/true);
    for (int32_t i = 0; i < count; i++) {
      out[i] = new CTTensor{gradients[i].defined() ? gradients[i]
                                                   : at::zeros_like(variables[i])};
    }
    return true;
  });
}

bool ct_grad_mode(void) { return c10::GradMode::is_enabled(); }
void ct_set_grad_mode(bool enabled) { c10::GradMode::set_enabled(enabled); }

// Optimisers

namespace {

// The fused kernels walk through memory, and a convolution's gradient can lie in another order than
// its weight: channels last.
std::vector<at::Tensor> inOrder(CTTensors gradients, int32_t count) {
  auto result = list(gradients, count);
  for (auto &gradient : result) gradient = gradient.contiguous();
  return result;
}

}  // namespace

bool ct_adam_step(CTTensors parameters, CTTensors gradients, CTTensors mean, CTTensors variance,
                  int32_t count, int64_t step, double rate, double beta1, double beta2,
                  double epsilon, double decay, bool decoupled) {
  return guarded(false, [&] {
    at::NoGradGuard guard;
    auto p = list(parameters, count);
    if (p.empty()) return true;
    auto one = at::full({}, static_cast<double>(step), p[0].options().dtype(at::kFloat));
    std::vector<at::Tensor> steps(count, one);
    auto g = inOrder(gradients, count), m = list(mean, count), v = list(variance, count);
    if (decoupled) {
      at::_fused_adamw_(p, g, m, v, {}, steps, rate, beta1, beta2, decay, epsilon, false, false);
    } else {
      at::_fused_adam_(p, g, m, v, {}, steps, rate, beta1, beta2, decay, epsilon, false, false);
    }
    return true;
  });
}

bool ct_sgd_step(CTTensors parameters, CTTensors gradients, CTTensors momentum_buffers,
                 int32_t count, bool first, double rate, double momentum, double decay,
                 bool nesterov) {
  return guarded(false, [&] {
    at::NoGradGuard guard;
    auto p = list(parameters, count), g = inOrder(gradients, count);
    // Without momentum libtorch refuses buffers.
    auto buffers = list(momentum_buffers, momentum != 0 ? count : 0);
    at::_fused_sgd_(p, g, buffers, decay, momentum, rate, /*dampening=*/0, nesterov,
                    /*maximize=*/false, first);
    return true;
  });
}

// Machine

const char *ct_version(void) { return TORCH_VERSION; }
int32_t ct_threads(void) { return at::get_num_threads(); }
void ct_set_threads(int32_t count) { at::set_num_threads(count); }

void ct_reuse_freed_memory(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  mallopt(M_TOP_PAD, 64 << 20);
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
