// DdSketch as a statistic of Boost.Accumulators, beside count, mean, variance and the others:
//
//   accumulator_set<double, stats<tag::count, tag::mean, tune::tag::dd_sketch>, double> seen;
//   seen(rate, weight = seconds);
//   tune::dd_sketch(seen).Quantile(0.9);
//
// Another alpha comes with an empty sketch: `accumulator_set<…> seen(tune::empty_sketch = *DdSketch::Create(options))`.
// With weight type void every value weighs 1. Values that the sketch refuses are counted in it; the other statistics
// take them all the same.
#pragma once

#include <boost/accumulators/framework/accumulator_base.hpp>
#include <boost/accumulators/framework/accumulator_set.hpp>
#include <boost/accumulators/framework/depends_on.hpp>
#include <boost/accumulators/framework/extractor.hpp>
#include <boost/accumulators/framework/parameters/sample.hpp>
#include <boost/accumulators/framework/parameters/weight.hpp>
#include <boost/mpl/placeholders.hpp>
#include <boost/parameter/keyword.hpp>

#include "libtune/window/sketch.h"

namespace tune {

BOOST_PARAMETER_KEYWORD(tag, empty_sketch)

namespace impl {

template <typename Sample, typename Weight>
class dd_sketch_impl : public boost::accumulators::accumulator_base {
 public:
  using result_type = const DdSketch&;

  template <typename Args>
  explicit dd_sketch_impl(const Args& args) : sketch_(args[empty_sketch | DdSketch()]) {}

  template <typename Args>
  void operator()(const Args& args) {
    sketch_.Add(static_cast<double>(args[boost::accumulators::sample]),
                static_cast<double>(args[boost::accumulators::weight | 1.0]));
  }

  result_type result(boost::accumulators::dont_care) const { return sketch_; }

 private:
  DdSketch sketch_;
};

}  // namespace impl

namespace tag {
struct dd_sketch : boost::accumulators::depends_on<> {
  using impl = ::tune::impl::dd_sketch_impl<boost::mpl::_1, boost::mpl::_2>;
};
}  // namespace tag

namespace extract {
inline const boost::accumulators::extractor<tag::dd_sketch> dd_sketch = {};
}  // namespace extract
using extract::dd_sketch;

}  // namespace tune
