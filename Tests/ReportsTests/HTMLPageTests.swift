import Reports
import Testing

@Suite("A page stands alone and is well-formed")
struct HTMLPageTests {
  static var page: HTMLPage {
    var page = HTMLPage(
      title: "32 VMs <boot> & more", answer: "All are ready after 21.4 s: 3.2 times one alone.")
    page.figures([("first", "6.7 s"), ("half", "15 s"), ("99 %", "21 s"), ("last", "21.4 s")])
    page.heading("When")
    let ready = (0..<200).map { 6.7e9 + Double($0 * $0) * 3.7e5 }
    page.chart(
      DistributionChart(
        "Virtual machines that are ready", summary: "from 6.7 to 21 s", .time, ready, target: 18e9))
    let bins = 120
    func wave(_ size: Double, _ at: Double) -> [Double] {
      (0..<bins).map { bin in
        let distance = (Double(bin) - at) / 20
        return size / (1 + distance * distance)
      }
    }
    page.chart(
      TimeChart(
        "Faults in a second, by kind", summary: "at most 70,000", .rate, .stacked,
        binNanoseconds: 2e8,
        [
          TimeChart.Series("missing", wave(50_000, 30)),
          TimeChart.Series("permission", wave(9000, 60)),
          TimeChart.Series("cascade", wave(12_000, 20)), TimeChart.Series("guest", wave(9000, 80)),
        ]))
    page.chart(
      TimeChart(
        "Memory", summary: "up to 51 GiB", .bytes, .lines, binNanoseconds: 2e8,
        [TimeChart.Series("committed", (0..<bins).map { Double($0) * 4.5e8 })]))
    page.chart(
      ShareChart(
        "Where the time goes", summary: "mostly zeroing", .time,
        parts: ["guest", "exit", "decode", "lock wait", "allocate", "zero", "install", "entry"],
        [
          ShareChart.Bar("none", [4e9, 1e9, 0.5e9, 6e9, 1e9, 7e9, 0.5e9, 1e9]),
          ShareChart.Bar("2M", [4e9, 0.1e9, 0.1e9, 0.6e9, 0.1e9, 7e9, 0.1e9, 0.1e9]),
        ]))
    var table = TextTable(["mitigation", "last ready", "memory"])
    table.add(["none", "21.4 s", "3 GiB"])
    table.add(["2M \"pages\"", "12 s", "9 GiB"], marked: true)
    page.table(table)
    page.listing("study: boot-storm\nfleet: <x>")
    return page
  }

  @Test("the same calls give the same bytes")
  func same() { #expect(Self.page.text == Self.page.text) }

  @Test("nothing is fetched and nothing runs")
  func alone() {
    let text = Self.page.text
    for word in ["<script", "http:", "https:", "url(", "src="] { #expect(!text.contains(word)) }
    #expect(text.contains("32 VMs &lt;boot&gt; &amp; more"))
    #expect(text.contains("2M &quot;pages&quot;"))
  }

  @Test(
    "numbers are written with the unit that suits them",
    arguments: [
      (Measure.time, 21.4e9, "21.4 s"), (.time, 1500, "1.5 µs"), (.time, 0, "0"),
      (.bytes, 4_294_967_296, "4 GiB"), (.bytes, 100, "100 B"), (.count, 1_048_576, "1.05 M"),
      (.rate, 70_000, "70 k/s"), (.share, 0.0312, "3.12 %"), (.count, -5, "-5"),
      (.time, 999.96e6, "1000 ms"),
    ])
  func numbers(_ measure: Measure, _ value: Double, _ text: String) {
    #expect(measure.text(value) == text)
  }

  @Test("axes count in round steps", arguments: [0.37, 1, 7, 99, 1e5, 3.3e9])
  func steps(_ least: Double) {
    for measure in [Measure.time, .bytes, .count] {
      let step = measure.roundStep(above: least)
      #expect(step >= least)
      #expect(step <= 2.5 * max(least, measure == .bytes ? 0.5 : 0))
    }
  }
}
