// Of ECharts, only what our pictures need.
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent, SVGRenderer]);

export function start(place) {
  return init(place, null, { renderer: 'svg' });
}

/** Draw without a page; return the markup of the picture. */
export function markupOf(option, width, height) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption(option);
  const markup = chart.renderToSVGString();
  chart.dispose();
  return markup;
}
