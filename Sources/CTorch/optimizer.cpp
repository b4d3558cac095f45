// SPDX-License-Identifier: Apache-2.0
//
// SGD and Adam. On the CPU one pass over the memory does all: it reads the gradient in its own
// precision, moves the parameter, and renews the parameter's bfloat16 copy. Elsewhere libtorch's
// fused kernels do the arithmetic.
#include "Internal.hpp"
#include "bfloat16.hpp"
#include "threads.hpp"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

using namespace ct;

namespace {

// Adam (Kingma and Ba 2015, algorithm 1) with both corrections of the bias folded in.
struct Adam {
  float beta1, beta2, epsilon;
  float stepSize;       // rate / (1 - beta1^t)
  float rootCorrection; // sqrt(1 - beta2^t)
  float shrink;         // AdamW: 1 - rate * decay
  float decay;          // Adam: added to the gradient
};

struct SGD {
  float rate, momentum, decay;
  bool nesterov, first;
};

// Some consecutive numbers of one parameter.
struct Span {
  float *value, *first, *second;
  const void *gradient;
  uint16_t *narrow;  // null when the parameter has no copy
};

template <class G> CT_INLINE void adam(const Span &s, int64_t n, const Adam &a) {
  const G *__restrict gradient = static_cast<const G *>(s.gradient);
  float *__restrict value = s.value, *__restrict mean = s.first, *__restrict square = s.second;
  for (int64_t i = 0; i < n; i++) {
    const float p = value[i] * a.shrink;
    const float g = widened(gradient[i]) + a.decay * p;
    const float m = mean[i] + (1 - a.beta1) * (g - mean[i]);
    const float v = a.beta2 * square[i] + (1 - a.beta2) * g * g;
    mean[i] = m;
    square[i] = v;
    value[i] =
        p - a.stepSize * m / (__builtin_elementwise_sqrt(v) / a.rootCorrection + a.epsilon);
  }
}

template <class G> CT_INLINE void sgd(const Span &s, int64_t n, const SGD &a) {
  const G *__restrict gradient = static_cast<const G *>(s.gradient);
  float *__restrict value = s.value, *__restrict momentum = s.first;
  const float kept = a.first ? 0 : a.momentum, ahead = a.nesterov ? a.momentum : 0;
  const float own = a.nesterov ? 1 : 0, past = a.nesterov ? ahead : 1;
  for (int64_t i = 0; i < n; i++) {
    const float g = widened(gradient[i]) + a.decay * value[i];
    const float m = kept * momentum[i] + g;
    momentum[i] = m;
    value[i] -= a.rate * (own * g + past * m);
  }
}

CT_INLINE void renew(const Span &s, int64_t n) {
  const float *__restrict value = s.value;
  uint16_t *__restrict narrow = s.narrow;
  for (int64_t i = 0; i < n; i++) narrow[i] = narrowedBits(value[i]);
}

CT_VECTORIZED void step(const Span &s, bool narrowGradient, int64_t n, const Adam &a) {
  narrowGradient ? adam<uint16_t>(s, n, a) : adam<float>(s, n, a);
  if (s.narrow) renew(s, n);
}

CT_VECTORIZED void step(const Span &s, bool narrowGradient, int64_t n, const SGD &a) {
  narrowGradient ? sgd<uint16_t>(s, n, a) : sgd<float>(s, n, a);
  if (s.narrow) renew(s, n);
}

// A parameter with all that its step touches.
struct Operand {
  const CTTensor *parameter;
  at::Tensor gradient;
  int64_t count;
  Span span;
  bool narrowGradient;
};

bool plain(const at::Tensor &t, at::ScalarType kind) {
  return t.is_cpu() && t.is_contiguous() && t.scalar_type() == kind;
}

// Numbers that stay in the first-level cache between the step and the renewal of the copy.
constexpr int64_t blockLimit = 2048;

// Runs `rule` over all numbers of all operands, an equal share on each thread.
template <class Rule> void run(std::vector<Operand> &operands, const Rule &rule) {
  int64_t total = 0;
  for (const auto &o : operands) total += o.count;
  const int parts = int(std::clamp<int64_t>(total / 32768, 1, at::get_num_threads()));
  inParallel(parts, [&](int part) {
    int64_t low = total * part / parts, high = total * (part + 1) / parts, start = 0;
    for (const auto &o : operands) {
      const int64_t end = std::min(high - start, o.count);
      for (int64_t i = std::max<int64_t>(low - start, 0); i < end; i += blockLimit) {
        const int64_t n = std::min(blockLimit, end - i);
        const int64_t width = o.narrowGradient ? 2 : 4;
        step({o.span.value + i, o.span.first + i, o.span.second ? o.span.second + i : nullptr,
              static_cast<const char *>(o.span.gradient) + i * width,
              o.span.narrow ? o.span.narrow + i : nullptr},
             o.narrowGradient, n, rule);
      }
      start += o.count;
    }
  });
  for (const auto &o : operands) o.parameter->stepped();
}

// The operands, or none when one of them needs libtorch's own kernels.
std::vector<Operand> operands(CTTensors parameters, CTTensors gradients, CTTensors first,
                              CTTensors second, int32_t count) {
  std::vector<Operand> result;
  for (int32_t i = 0; i < count; i++) {
    const auto &p = *parameters[i];
    auto g = gradients[i]->value.contiguous();
    const bool narrow = g.scalar_type() == at::kBFloat16;
    if (!plain(p.value, at::kFloat) || !plain(g, narrow ? at::kBFloat16 : at::kFloat) ||
        !plain(first[i]->value, at::kFloat) ||
        (second && !plain(second[i]->value, at::kFloat)))
      return {};
    TORCH_CHECK(g.sizes() == p.value.sizes(), "a gradient has the shape ", g.sizes(),
                ", its parameter ", p.value.sizes());
    Span span{p.value.data_ptr<float>(), first[i]->value.data_ptr<float>(),
              second ? second[i]->value.data_ptr<float>() : nullptr, g.const_data_ptr(),
              p.narrowBits()};
    result.push_back({&p, g, p.value.numel(), span, narrow});
  }
  return result;
}

std::vector<at::Tensor> inFloat(CTTensors gradients, int32_t count) {
  auto result = list(gradients, count);
  for (auto &g : result) g = g.to(at::kFloat);
  return result;
}

}  // namespace

bool ct_adam_step(CTTensors parameters, CTTensors gradients, CTTensors mean, CTTensors variance,
                  int32_t count, int64_t step, double rate, double beta1, double beta2,
                  double epsilon, double decay, bool decoupled) {
  return guarded(false, [&] {
    c10::NoGradGuard guard;
    auto own = operands(parameters, gradients, mean, variance, count);
    if (!own.empty()) {
      run(own, Adam{float(beta1), float(beta2), float(epsilon),
                    float(rate / (1 - std::pow(beta1, double(step)))),
                    float(std::sqrt(1 - std::pow(beta2, double(step)))),
                    float(decoupled ? 1 - rate * decay : 1), float(decoupled ? 0 : decay)});
      return true;
    }
    auto p = list(parameters, count), g = inFloat(gradients, count);
    auto one = at::full({}, static_cast<double>(step), p[0].options().dtype(at::kFloat));
    std::vector<at::Tensor> steps(count, one);
    auto m = list(mean, count), v = list(variance, count);
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
    c10::NoGradGuard guard;
    auto own = operands(parameters, gradients, momentum_buffers, nullptr, count);
    if (!own.empty()) {
      run(own, SGD{float(rate), float(momentum), float(decay), nesterov, first});
      return true;
    }
    auto p = list(parameters, count), g = inFloat(gradients, count);
    // Without momentum libtorch refuses buffers.
    auto buffers = list(momentum_buffers, momentum != 0 ? count : 0);
    at::_fused_sgd_(p, g, buffers, decay, momentum, rate, /*dampening=*/0, nesterov,
                    /*maximize=*/false, first);
    return true;
  });
}
