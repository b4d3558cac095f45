// SPDX-License-Identifier: Apache-2.0
//
// The losses that a batch ends with, each with its derivative in closed form: a dozen small
// operators and as many in the backward pass cost more than the arithmetic.
#include "Internal.hpp"
#include "bfloat16.hpp"
#include "threads.hpp"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace ct;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

// (y - x)^2, and its derivative by y.
CT_INLINE float squaredTerm(float y, float x, float &slope) {
  const float d = y - x;
  slope = 2 * d;
  return d * d;
}

// e^x for -87 <= x <= 0: 2^n e^r with |r| <= log(2) / 2, whose series is cut at r^7. To 2e-7.
CT_INLINE float decay(float x) {
  // Adding 1.5 * 2^23 leaves the nearest whole number in the lowest bits.
  const float magic = 12582912.0f, shifted = x * 1.44269504f + magic, n = shifted - magic;
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  const float series =
      1 + r * (1 + r * (1 / 2.0f + r * (1 / 6.0f + r * (1 / 24.0f + r * (1 / 120.0f + r * (1 / 720.0f + r / 5040))))));
  const int32_t exponent = std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(magic);
  return std::bit_cast<float>(std::bit_cast<int32_t>(series) + exponent * (1 << 23));
}

// log(1 + e^y) - x y, and its derivative by y, sigmoid(y) - x. With t = e^-|y|, log(1 + t) is
// 2 artanh(t / (2 + t)), the argument of which is a third at most: the series is cut at 1e-9.
CT_INLINE float crossEntropyTerm(float y, float x, float &slope) {
  const float size = y < 0 ? -y : y;
  const float t = decay(size > 87 ? -87 : -size);
  const float a = t / (2 + t), b = a * a;
  const float rest = 2 * a * (1 + b * (1 / 3.0f + b * (1 / 5.0f + b * (1 / 7.0f + b * (1 / 9.0f + b * (1 / 11.0f + b * (1 / 13.0f + b / 15)))))));
  const float other = 1 / (1 + t);
  slope = (y < 0 ? t * other : other) - x;
  return ((y > 0 ? y : 0) - x * y) + rest;
}

// The sum of a term over y and x, and scale times its derivative into `slopes`, in the precision of y.
template <class T, class Term>
CT_INLINE double terms(const T *y, const float *__restrict x, T *__restrict slopes, int64_t n,
                       float scale, const Term &term) {
  constexpr int64_t lanes = 32;  // partial sums, so that the loop can be vectorised
  float sums[lanes] = {};
  int64_t i = 0;
  const auto one = [&](int64_t k, int64_t lane) __attribute__((always_inline)) {
    float slope;
    sums[lane] += term(widened(y[k]), x[k], slope);
    if constexpr (sizeof(T) == 2) slopes[k] = narrowedBits(scale * slope);
    else slopes[k] = scale * slope;
  };
  for (; i + lanes <= n; i += lanes)
    for (int64_t lane = 0; lane < lanes; lane++) one(i + lane, lane);
  for (; i < n; i++) one(i, 0);
  double total = 0;
  for (float sum : sums) total += sum;
  return total;
}

// A loss that is a sum over all elements: what `ofBlock` makes of some of them.
#define CT_ELEMENTWISE_LOSS(NAME, TERM)                                                           \
  CT_VECTORIZED double NAME(const float *y, const float *x, float *slopes, int64_t n,             \
                            float scale) {                                                        \
    return terms(y, x, slopes, n, scale, TERM);                                                   \
  }                                                                                               \
  CT_VECTORIZED double NAME(const uint16_t *y, const float *x, uint16_t *slopes, int64_t n,       \
                            float scale) {                                                        \
    return terms(y, x, slopes, n, scale, TERM);                                                   \
  }

CT_ELEMENTWISE_LOSS(squares, squaredTerm)
CT_ELEMENTWISE_LOSS(crossEntropies, crossEntropyTerm)

struct Squares {
  template <class... Rest> static double ofBlock(Rest... rest) { return squares(rest...); }
};
struct CrossEntropies {
  template <class... Rest> static double ofBlock(Rest... rest) { return crossEntropies(rest...); }
};

// The same over blocks on all threads; the sum does not depend on how many there are.
template <class Loss, class T>
double onThreads(const at::Tensor &y, const at::Tensor &x, at::Tensor &slopes, float scale) {
  constexpr int64_t block = 8192;
  const int64_t n = y.numel(), blocks = (n + block - 1) / block;
  std::vector<double> sums(blocks);
  const auto *ys = static_cast<const T *>(y.const_data_ptr());
  const auto *xs = x.data_ptr<float>();
  auto *all = static_cast<T *>(slopes.mutable_data_ptr());
  const int parts = int(std::clamp<int64_t>(n / 32768, 1, at::get_num_threads()));
  inParallel(parts, [&](int part) {
    for (int64_t b = blocks * part / parts; b < blocks * (part + 1) / parts; b++) {
      const int64_t low = b * block;
      sums[b] = Loss::ofBlock(ys + low, xs + low, all + low, std::min(block, n - low), scale);
    }
  });
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

template <class Loss>
struct ElementwiseLoss : public torch::autograd::Function<ElementwiseLoss<Loss>> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &y, const at::Tensor &x,
                            double scale) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto slopes = at::empty_like(y);
    const double total = y.scalar_type() == at::kFloat
                             ? onThreads<Loss, float>(y, x, slopes, float(scale))
                             : onThreads<Loss, uint16_t>(y, x, slopes, float(scale));
    context->save_for_backward({slopes});
    return at::full({}, total * scale, y.options().dtype(at::kFloat));
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto gy = context->get_saved_variables()[0].mul(gradients[0].item<double>());
    return {gy, at::Tensor(), at::Tensor()};
  }
};

// The loss by its own loop where that serves; an undefined tensor elsewhere.
template <class Loss>
at::Tensor elementwise(const at::Tensor &y, const at::Tensor &x, double scale) {
  TORCH_CHECK(y.sizes() == x.sizes(), "a loss of shapes ", y.sizes(), " and ", x.sizes());
  const auto kind = y.scalar_type();
  const bool own = y.is_cpu() && (kind == at::kFloat || kind == at::kBFloat16) && x.is_cpu() &&
                   !x.requires_grad();
  if (!own) return {};
  return ElementwiseLoss<Loss>::apply(y.contiguous(), x.to(at::kFloat).contiguous(), scale);
}

// KL(P || Q) for Student's t soft assignments Q, averaged over the rows: Xie et al. 2016, (1), (2).
struct StudentTDivergence : public torch::autograd::Function<StudentTDivergence> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &codes,
                            const at::Tensor &centroids, const at::Tensor &target,
                            double freedom) {
    at::AutoDispatchBelowADInplaceOrView below;
    const int64_t rows = codes.size(0), clusters = centroids.size(0), d = codes.size(1);
    auto pull = at::empty({rows, clusters}, codes.options());
    const auto *z = codes.data_ptr<float>();
    const auto *mu = centroids.data_ptr<float>();
    const auto *p = target.data_ptr<float>();
    auto *c = pull.data_ptr<float>();
    const double power = -(freedom + 1) / 2;
    std::vector<double> losses(rows);
    const int parts =
        int(std::clamp<int64_t>(rows * clusters * (d + 32) / 65536, 1, at::get_num_threads()));
    inParallel(parts, [&](int part) {
      std::vector<float> logs(clusters);
      for (int64_t i = rows * part / parts; i < rows * (part + 1) / parts; i++)
        losses[i] = row(z + i * d, mu, p + i * clusters, c + i * clusters, logs.data(), clusters, d,
                        float(freedom), float(power), float(rows));
    });
    double loss = 0;
    for (double l : losses) loss += l;
    context->save_for_backward({codes, centroids, pull});
    return at::full({}, loss / double(rows), codes.options());
  }

  // One row: its divergence, and in `pull` the factor of z_i - mu_j in the gradient (4), (5):
  // (alpha + 1) / alpha * (p_ij - q_ij) / (1 + |z_i - mu_j|^2 / alpha) / rows.
  static double row(const float *z, const float *mu, const float *p, float *pull, float *logs,
                    int64_t clusters, int64_t d, float freedom, float power, float rows) {
    float largest = -INFINITY;
    for (int64_t j = 0; j < clusters; j++) {
      float distance = 0;
      for (int64_t k = 0; k < d; k++) {
        const float difference = z[k] - mu[j * d + k];
        distance += difference * difference;
      }
      pull[j] = 1 + distance / freedom;
      logs[j] = power * std::log(pull[j]);
      largest = logs[j] > largest || std::isnan(logs[j]) ? logs[j] : largest;
    }
    double sum = 0, mass = 0, loss = 0;
    for (int64_t j = 0; j < clusters; j++) {
      sum += std::exp(double(logs[j] - largest));
      mass += p[j];
    }
    const double logSum = largest + std::log(sum);
    for (int64_t j = 0; j < clusters; j++) {
      const double logQ = logs[j] - logSum;
      if (p[j] > 0) loss += p[j] * (std::log(double(p[j])) - logQ);
      pull[j] = float((freedom + 1) / freedom * (p[j] - mass * std::exp(logQ)) / pull[j] / rows);
    }
    return loss;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    at::AutoDispatchBelowADInplaceOrView below;
    const auto saved = context->get_saved_variables();
    const auto &z = saved[0], &mu = saved[1];
    const auto pull = saved[2].mul(gradients[0].item<double>());
    at::Tensor gz, gmu;
    if (context->needs_input_grad(0)) gz = z * pull.sum(1, true) - pull.mm(mu);
    if (context->needs_input_grad(1)) gmu = mu * pull.sum(0).unsqueeze(1) - pull.t().mm(z);
    return {gz, gmu, at::Tensor(), at::Tensor()};
  }
};

bool inFloatOnHost(const at::Tensor &t) {
  return t.is_cpu() && t.is_contiguous() && t.scalar_type() == at::kFloat;
}

}  // namespace

CTResult ct_squared_error(const CTTensor *y, const CTTensor *x, double scale) {
  return tensor([&]() -> at::Tensor {
    const auto loss = elementwise<Squares>(y->value, x->value, scale);
    if (loss.defined()) return loss;
    return (y->value.to(at::kFloat) - x->value.to(at::kFloat)).square().sum() * scale;
  });
}

CTResult ct_binary_cross_entropy(const CTTensor *y, const CTTensor *x, double scale) {
  return tensor([&]() -> at::Tensor {
    const auto loss = elementwise<CrossEntropies>(y->value, x->value, scale);
    if (loss.defined()) return loss;
    return at::binary_cross_entropy_with_logits(y->value.to(at::kFloat), x->value.to(at::kFloat), {},
                                                {}, at::Reduction::Sum) *
           scale;
  });
}

CTResult ct_student_t_divergence(const CTTensor *codes, const CTTensor *centroids,
                                 const CTTensor *target, double freedom) {
  return tensor([&]() -> at::Tensor {
    const auto z = codes->value.contiguous(), mu = centroids->value.contiguous(),
               p = target->value.contiguous();
    TORCH_CHECK(z.dim() == 2 && mu.dim() == 2 && z.size(1) == mu.size(1) &&
                    p.sizes() == at::IntArrayRef({z.size(0), mu.size(0)}),
                "codes ", z.sizes(), ", centroids ", mu.sizes(), " and target ", p.sizes(),
                " do not fit");
    if (inFloatOnHost(z) && inFloatOnHost(mu) && inFloatOnHost(p))
      return StudentTDivergence::apply(z, mu, p, freedom);
    const auto distances = (z.unsqueeze(1) - mu.unsqueeze(0)).square().sum(2);
    const auto logQ = ((distances / freedom + 1).log() * (-(freedom + 1) / 2)).log_softmax(1);
    return (at::xlogy(p, p) - p * logQ).sum(1).mean();
  });
}
