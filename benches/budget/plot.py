"""A plot as SVG, readable on light and on dark."""

import math

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 190, 56, 48
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 } .faint { fill: #59636e }
  .page { fill: #ffffff } .grid { stroke: #d1d9e0 } .goal { stroke: #59636e; stroke-dasharray: 2 4 }
  .line { fill: none; stroke-width: 2 }
  .s0 { stroke: #0b5cad } .s1 { stroke: #b3470a; stroke-dasharray: 7 4 } .s2 { stroke: #4b7a16; stroke-dasharray: 2 3 }
  .d0 { fill: #0b5cad } .d1 { fill: #b3470a } .d2 { fill: #4b7a16 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #9198a1 }
    .page { fill: #0d1117 } .grid { stroke: #30363d } .goal { stroke: #9198a1 }
    .s0 { stroke: #6cb0ff } .s1 { stroke: #ff9b5e } .s2 { stroke: #93d25a }
    .d0 { fill: #6cb0ff } .d1 { fill: #ff9b5e } .d2 { fill: #93d25a }
  }
"""


def growth(series):
    """Time for a query against the size of the inventory. `series` has a name and points of (keywords, microseconds)
    for each line, at most three; sizes are on a logarithmic scale, times from zero on a linear one."""
    sizes = sorted({size for _, points in series for size, _ in points})
    step, top = _steps(max(time for _, points in series for _, time in points))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(size):
        return LEFT + (width * (math.log10(size) - first) / (last - first) if last > first else width / 2)

    def y(time):
        return TOP + height * (1 - time / top)

    def text(at_x, at_y, what, name="", anchor="start"):
        return f'<text x="{at_x:.0f}" y="{at_y:.0f}" text-anchor="{anchor}" class="{name}">{what}</text>'

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" class="page"/>']
    parts.append(text(LEFT, 24, "Time for a query against the size of the inventory", "title"))
    parts.append(text(LEFT, 42, "µs of CPU on one core, in process", "faint"))
    for number in range(round(top / step) + 1):
        time = number * step
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + width}" y1="{y(time):.1f}" y2="{y(time):.1f}" class="grid"/>')
        parts.append(text(LEFT - 8, y(time) + 4, f"{time:g}", "faint", "end"))
    for size in sizes:
        parts.append(text(x(size), HEIGHT - BOTTOM + 20, short(size), "faint", "middle"))
    parts.append(text(LEFT + width / 2, HEIGHT - 8, "keywords", "faint", "middle"))
    for number, (name, points) in enumerate(series):
        path = " ".join(f"{x(size):.1f},{y(time):.1f}" for size, time in points)
        parts.append(f'<polyline points="{path}" class="line s{number}"/>')
        parts += [f'<circle cx="{x(size):.1f}" cy="{y(time):.1f}" r="3.5" class="d{number}"/>' for size, time in points]
    for (name, time), at_y in zip(*_labels(series, y)):
        parts.append(text(LEFT + width + 12, at_y + 4, f"{name}: {time:.2f}"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    lines = [(name, ", ".join(f"{time:.2f} µs at {short(size)}" for size, time in points)) for name, points in series]
    said = "; ".join(f"{name}: {line}" for name, line in lines)
    title = f"<title>Time for a query against the size of the inventory</title><desc>{said}</desc>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", *parts, "</svg>\n"])


def short(size):
    """10 k, 1 M."""
    for unit, name in ((1_000_000, " M"), (1_000, " k")):
        if size >= unit:
            return f"{size / unit:g}{name}"
    return str(size)


def _steps(most):
    """A round step of the scale, and its end above the largest value."""
    magnitude = 10 ** math.floor(math.log10(most))
    step = next(part * magnitude for part in (0.1, 0.2, 0.5, 1, 2) if part * magnitude * 6 >= most)
    return step, step * math.ceil(most / step)


def _labels(series, y):
    """The last value of each line, and where its label stands: beside it, and no two on each other."""
    ends = sorted(((name, points[-1][1]) for name, points in series), key=lambda end: -end[1])
    places = []
    for _, time in ends:
        places.append(max(y(time), places[-1] + 16 if places else 0))
    # What was pushed below the plot pushes the others up.
    for number in reversed(range(len(places))):
        below = places[number + 1] - 16 if number + 1 < len(places) else HEIGHT - BOTTOM
        places[number] = min(places[number], below)
    return ends, places
