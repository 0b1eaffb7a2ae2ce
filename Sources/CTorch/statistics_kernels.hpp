// Rows of logits, a part of the vocabulary at a time: what their softmax needs to know, and the slopes of what was asked of it.

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "vectors.hpp"

namespace ctorch::statistics {

using namespace vectors;

// ln Σ eˣ of the numbers seen so far, and Σ eˣ·x, both less the largest.
struct Sums {
  double top = -std::numeric_limits<double>::infinity();
  double sum = 0, weighted = 0, crossed = 0;  // crossed: Σ eˣ·(x − y) for another row y

  double level() const { return top + std::log(sum); }

  // Makes room for numbers up to `least`.
  void raise(double least) {
    if (least <= top) return;
    const double fall = top - least, factor = std::exp(fall);
    if (sum > 0) weighted = (weighted + sum * fall) * factor;
    sum *= factor;
    crossed *= factor;
    top = least;
  }
};

// `count` numbers from `from` on, times `scale`; the lowest beyond. Whole vectors are read where they lie.
template <class T>
CT_INLINE typename Of<T>::Vector scaled(const T *from, int64_t count, T scale) {
  if (count >= lanes) return load(from) * scale;
  T rest[lanes] = {};
  std::copy_n(from, count, rest);
  return below<T>(count, load(rest) * scale);
}

// Adds `count` logits `x` · scale to the sums, with `y` · scale beside them where there are any.
template <class T>
CT_INLINE void add_row(const T *x, const T *y, int64_t count, T scale, Sums &sums) {
  using Vector = typename Of<T>::Vector;
  Vector tops = spread(std::numeric_limits<T>::lowest());
  for (int64_t j = 0; j < count; j += lanes) {
    const Vector seen = scaled(x + j, count - j, scale);
    tops = seen > tops ? seen : tops;
  }
  sums.raise(largest<T>(tops));
  const T top = static_cast<T>(sums.top);
  Vector sum = {}, weighted = {}, crossed = {};
  for (int64_t j = 0; j < count; j += lanes) {
    const Vector seen = scaled(x + j, count - j, scale), e = exponential(seen - top);
    sum += e;
    weighted += e * (seen - top);
    if (y) crossed += e * (seen - scaled(y + j, count - j, scale));
  }
  sums.sum += added<T>(sum);
  sums.weighted += added<T>(weighted);
  if (y) sums.crossed += added<T>(crossed);
}

// The incoming gradients of a row and what its softmax came to.
template <class T>
struct Slope {
  T chosen, entropy, divergence;          // incoming: the sum over the targets, of H, of D
  T level, spread, other_level, distance;  // ln Z, H, the other's ln Z, D
  T scale;
};

// Logits to the slope by them, in place, but for the targets': p · (−g − g_H · (log p + H) + g_D · (log p − log q − D)).
template <class T>
CT_INLINE void slope_row(T *x, const T *y, int64_t count, const Slope<T> &row) {
  using Vector = typename Of<T>::Vector;
  for (int64_t j = 0; j < count; j += lanes) {
    const Vector log = scaled(x + j, count - j, row.scale) - row.level;
    Vector factor = spread(-row.chosen) - row.entropy * (log + row.spread);
    if (y) factor += row.divergence * (log - (scaled(y + j, count - j, row.scale) - row.other_level) - row.distance);
    const Vector slope = exponential(log) * factor * row.scale;
    if (count - j >= lanes) {
      store(x + j, slope);
    } else {
      T rest[lanes];
      store(rest, slope);
      std::copy_n(rest, count - j, x + j);
    }
  }
}

}  // namespace ctorch::statistics
