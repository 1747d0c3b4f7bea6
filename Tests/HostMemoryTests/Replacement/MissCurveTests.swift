import Testing

@testable import HostMemory

@Suite("Miss curves")
struct MissCurveTests {
  @Test(
    "One pass counts what a replay of each number of frames counts", arguments: SampleTrace.allCases
  )
  func equalsReplay(sample: SampleTrace) throws {
    var settings = ReplacementSettings()
    settings.frequencyCounts = .all
    for seed in 1...3 as ClosedRange<UInt64> {
      let trace = ReferenceTrace(sample.pages(800, of: 50, seed: seed).map { UInt64($0) })
      for policy in [ReplacementPolicy.lru, .opt, .lfu, .ws] {
        let curve = try #require(trace.missCurve(policy, settings))
        #expect(curve.references == trace.count)
        for frames in Array(1...55) + [100, 799, 800, 900] {
          let misses = trace.replay(policy, frames: frames, settings).misses
          #expect(curve.misses(frames: frames) == misses, "\(policy), \(sample), \(frames) frames")
        }
        #expect(curve.misses(frames: curve.mostUseful) == trace.pageCount)
        if curve.mostUseful > 1 {
          #expect(curve.misses(frames: curve.mostUseful - 1) > trace.pageCount)
        }
      }
    }
  }

  @Test("Policies that are no stack algorithms have no curve of one pass")
  func others() {
    let trace = ReferenceTrace([1, 2, 3, 1])
    for policy in ReplacementPolicy.allCases where ![.lru, .opt, .ws].contains(policy) {
      #expect(trace.missCurve(policy) == nil)
    }
  }

  @Test("Without a second reference to a page everything misses")
  func onlyFirst() throws {
    let curve = try #require(ReferenceTrace([5, 6, 7]).missCurve(.lru))
    #expect(curve.misses(frames: 1) == 3)
    #expect(curve.misses(frames: 9) == 3)
    #expect(curve.mostUseful == 1)
    let empty = try #require(ReferenceTrace().missCurve(.opt))
    #expect(empty.misses(frames: 1) == 0)
  }
}
