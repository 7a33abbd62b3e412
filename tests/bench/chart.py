# SPDX-License-Identifier: BSD-3-Clause
"""Bars with their range, one group a case, as SVG for people: light and dark, no library."""
import math
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP = 860, 190, 70, 92
BAR, GAP, GROUP_GAP = 16, 3, 18

STYLE = """
 text { font: 13px system-ui, sans-serif; fill: #212529 }
 .title { font-size: 18px; font-weight: 600 } .small { font-size: 11px; fill: #6c757d }
 .grid { stroke: #dee2e6 } .range { stroke: #212529; stroke-width: 1.5 }
 .back { fill: #ffffff }
 @media (prefers-color-scheme: dark) {
  text { fill: #e9ecef } .small { fill: #adb5bd } .grid { stroke: #495057 }
  .range { stroke: #f8f9fa } .back { fill: #1a1b1e }
 }
"""


def nice_step(top):
    """About five lines of a grid, at 1, 2 or 5 times a power of ten."""
    if top <= 0:
        return 1
    power = 10 ** math.floor(math.log10(top / 5))
    return next(step * power for step in (1, 2, 5, 10) if top / (step * power) <= 5)


def _text(x, y, words, kind='', anchor='start'):
    kind = f' class="{kind}"' if kind else ''
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(words)}</text>'


def _legend(devices):
    parts, x = [], 16
    for device in devices:
        parts += [f'<rect x="{x}" y="56" width="12" height="12" rx="2" fill="{device.color}"/>',
                  _text(x + 17, 67, device.title)]
        x += 34 + 8 * len(device.title)
    return parts


def _bar(row, color, y, scale):
    """A bar, its range, its figure."""
    end = LEFT + row.median * scale
    parts = [f'<rect x="{LEFT}" y="{y}" width="{row.median * scale:.1f}" height="{BAR}" rx="2" '
             f'fill="{color}"><title>{escape(row.device)}: {row.median:.2f}</title></rect>']
    if row.low is not None:
        a, b, middle = LEFT + row.low * scale, LEFT + row.high * scale, y + BAR / 2
        parts.append(f'<path class="range" d="M{a:.1f} {middle}H{b:.1f}M{a:.1f} {y + 4}v8'
                     f'M{b:.1f} {y + 4}v8"/>')
        end = max(end, b)
    sign = '≥ ' if row.limited else ''
    return parts + [_text(end + 6, y + 12.5, f'{sign}{row.median:.2f}', 'small')]


def _grid(top, scale, bottom):
    parts, step, at = [], nice_step(top), 0
    while at <= top * 1.0001:
        x = LEFT + at * scale
        parts += [f'<path class="grid" d="M{x:.1f} {TOP - 8}V{bottom}"/>',
                  _text(x, bottom + 16, f'{at:g}', 'small', 'middle')]
        at += step
    return parts


def svg(title, unit, groups, devices, note):
    """groups: (name of a case, its rows); rows without a median have no bar."""
    groups = [(name, [row for row in rows if row.median is not None]) for name, rows in groups]
    groups = [(name, rows) for name, rows in groups if rows]
    colors = {device.name: device.color for device in devices}
    top = max((max(row.median, row.high or 0) for _, rows in groups for row in rows), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / top
    bars, y = [], TOP
    for name, rows in groups:
        height = len(rows) * (BAR + GAP)
        bars.append(_text(LEFT - 12, y + height / 2 + 3, name, '', 'end'))
        for row in rows:
            bars += _bar(row, colors[row.device], y, scale)
            y += BAR + GAP
        y += GROUP_GAP
    height = y + 46
    return '\n'.join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">',
        f'<style>{STYLE}</style>', f'<rect class="back" width="{WIDTH}" height="{height}"/>',
        _text(16, 30, title, 'title'), _text(16, 47, unit, 'small'), *_legend(devices),
        *_grid(top, scale, y - GROUP_GAP + 6), *bars, _text(16, height - 10, note, 'small'),
        '</svg>', ''])
