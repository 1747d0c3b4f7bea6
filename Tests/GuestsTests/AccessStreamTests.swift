import Guests
import Paging
import Testing

@Suite("Access streams")
struct AccessStreamTests {
  private func offsets(_ workload: Workload, _ count: Int) throws -> [UInt64] {
    var stream = try AccessStream(workload)
    return (0..<count).map { _ in stream.next().offset }
  }

  @Test("A sequence goes from start to end and starts again")
  func sequential() throws {
    let workload = Workload(.sequential, footprintBytes: 320)
    #expect(try offsets(workload, 7) == [0, 64, 128, 192, 256, 0, 64])
  }

  @Test("A stride touches every element once before it comes back")
  func stride() throws {
    let workload = Workload(.stride(bytes: 128), footprintBytes: 448)
    #expect(try offsets(workload, 9) == [0, 128, 256, 384, 64, 192, 320, 0, 128])
  }

  @Test("A pointer chase is one cycle", arguments: [1, 2, 3, 5, 64, 65, 1000, 4097])
  func chase(elements: Int) throws {
    let workload = Workload(.pointerChase, footprintBytes: UInt64(elements) * 64, seed: 9)
    let stream = try AccessStream(workload)
    let places = try offsets(workload, 2 * elements).map { $0 / 64 }
    #expect(places[..<elements].sorted() == (0..<elements).map { UInt64($0) })
    #expect(Array(places[..<elements]) == Array(places[elements...]))
    var element = places[0]
    for step in 1...elements {
      element = stream.successor(of: element)
      // The start comes back after all others, and not before.
      #expect((element == places[0]) == (step == elements))
      #expect(element == places[step % elements])
    }
  }

  @Test("Random accesses are spread evenly")
  func random() throws {
    let places = try offsets(Workload(.random, footprintBytes: 64 * 100), 100_000).map { $0 / 64 }
    var seen = Array(repeating: 0, count: 100)
    for place in places { seen[Int(place)] += 1 }
    let deviation = seen.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(deviation < 99 + 5 * 198.0.squareRoot())
  }

  @Test("Zipf's popular elements lie anywhere, and the first ones take their share")
  func zipf() throws {
    let workload = Workload(.zipf(exponent: 1), footprintBytes: 64 * 1000, seed: 5)
    var seen = Array(repeating: 0, count: 1000)
    for offset in try offsets(workload, 100_000) { seen[Int(offset / 64)] += 1 }
    let most = seen.indices.sorted { seen[$0] > seen[$1] }
    // 1 / H(1000) is 0.1336; one standard deviation of the count is 108.
    #expect(abs(seen[most[0]] - 13359) < 550)
    #expect(Set(most[..<10]) != Set(0..<10))
  }

  @Test("The seed alone decides", arguments: [AccessPattern.random, .zipf(exponent: 0.8)])
  func seeds(pattern: AccessPattern) throws {
    let first = try offsets(Workload(pattern, footprintBytes: 1 << 30, seed: 1), 100)
    #expect(try first == offsets(Workload(pattern, footprintBytes: 1 << 30, seed: 1), 100))
    #expect(try first != offsets(Workload(pattern, footprintBytes: 1 << 30, seed: 2), 100))
  }

  @Test("Writes are as many as asked for, and the places don't change", arguments: [0, 30, 100])
  func writes(percent: Int) throws {
    var workload = Workload(.random, footprintBytes: 1 << 30, writePercent: percent)
    var stream = try AccessStream(workload)
    let accesses = (0..<100_000).map { _ in stream.next() }
    let writes = accesses.count { $0.isWrite }
    #expect(abs(writes - 1000 * percent) <= (percent % 100 == 0 ? 0 : 725))
    workload.writePercent = 0
    #expect(try accesses[..<50].map(\.offset) == offsets(workload, 50))
  }

  @Test(
    "A workload that can't be is refused in a sentence",
    arguments: [
      (Workload(.random, footprintBytes: 32), "holds no element"),
      (Workload(.random, footprintBytes: 32, elementBytes: 0), "0 bytes"),
      (Workload(.random, footprintBytes: 4096, writePercent: 101), "must be 0 to 100"),
      (Workload(.stride(bytes: 100), footprintBytes: 4096), "multiple"),
      (Workload(.stride(bytes: 8192), footprintBytes: 4096), "not be more"),
      (Workload(.zipf(exponent: 0), footprintBytes: 4096), "exponent"),
      (Workload(.zipf(exponent: .nan), footprintBytes: 4096), "exponent"),
    ])
  func refused(workload: Workload, part: String) throws {
    #expect(workload.problems.count == 1)
    #expect(workload.problems.first?.contains(part) == true)
  }

  @Test("What has problems makes no accesses, and names them all")
  func refused() {
    let workload = Workload(
      .zipf(exponent: -1), footprintBytes: 10, elementBytes: 64, writePercent: 101)
    #expect(throws: WorkloadError(problems: workload.problems)) { try AccessStream(workload) }
    #expect(workload.problems.count == 3)
    #expect(throws: WorkloadError.self) { try ZipfSampler(count: 0, exponent: .nan) }
    do throws(WorkloadError) {
      _ = try ZipfSampler(count: 0, exponent: .nan)
    } catch {
      #expect(error.problems.count == 2)
    }
  }
}
