// The page's own files, compiled in by plot.cmake.
#pragma once

#include <string>

namespace tune::plot_assets {

std::string PageHtml();  // with {{marks}} for the rest
std::string PageCss();
std::string PageJs();
std::string ChartJs();  // Chart.js 3 with its licence comment

}  // namespace tune::plot_assets
