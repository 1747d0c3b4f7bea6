import Foundation
import HostMemory
import Hypervisor
import Paging
import Scenarios
import Simulation
import Studies
import Testing

@Suite("A scenario is a storm, a sweep of storms or a comparison")
struct ScenarioTests {
  private static let sweep = """
    study: boot-storm
    title: grid
    fleet: [{name: a, guest: microvm, memory: 256 MiB}]
    spread: 1 s
    seeds: [7, 8]
    sweep:
      policy.batch: [1, 8]
      fleet[0].count: [3, 4, 5]

    """

  private static func storm(_ text: String, _ overrides: [String] = []) throws -> StormScenario {
    let overrides = try overrides.map { try NodeOverride(parsing: $0) }
    let read = try Scenario.read(Array(text.utf8), file: "x.yaml", overrides: overrides)
    guard case .storm(let storm) = read else { throw NoStorm() }
    return storm
  }

  private struct NoStorm: Error {}

  @Test("each point of a sweep is the file with its values in their fields")
  func points() throws {
    let sweep = try #require(try Self.storm(Self.sweep).sweep)
    #expect(sweep.fields == ["policy.batch", "fleet[0].count", "seed"])
    var expected: [[String]] = []
    for batch in ["1", "8"] {
      for count in ["3", "4", "5"] {
        for seed in ["7", "8"] { expected.append([batch, count, seed]) }
      }
    }
    #expect(sweep.points.map(\.values) == expected)
    let base = try #require(Self.sweep.components(separatedBy: "seeds:").first)
    for point in sweep.points {
      let values = zip(sweep.fields, point.values).map { "\($0)=\($1)" }
      let same = try Self.storm(base, values)
      #expect(point.scenario == same)
      #expect(point.scenario.sweep == nil)
    }
  }

  @Test("an override changes every point that does not sweep the field, and a sweep itself")
  func overrides() throws {
    let changed = try Self.storm(Self.sweep, ["host.processors=3", "sweep={policy.batch: [2]}"])
    let sweep = try #require(changed.sweep)
    #expect(sweep.points.map(\.values) == [["2", "7"], ["2", "8"]])
    #expect(sweep.points.allSatisfy { $0.scenario.storm.host.processors == 3 })
  }

  @Test("a seed decides when machines start within the spread, and nothing else")
  func seeds() throws {
    let text = """
      study: boot-storm
      host: {processors: 8, memory: 8 GiB}
      fleet: [{name: a, count: 3, guest: microvm}]
      spread: 1 s

      """
    var storm = try Self.storm(text, ["seed=7"]).storm
    #expect(storm.spread == VirtualDuration(nanoseconds: 1_000_000_000))
    let one = try storm.run()
    #expect(try storm.run().ready == one.ready)
    storm.seed = 8
    let other = try storm.run()
    #expect(other.ready != one.ready)
    #expect(other.ledger == one.ledger)
    // Nobody waits on eight processors for more than the frames' lock.
    let alone = one.flavours[0].alone
    let most = alone + VirtualDuration(nanoseconds: 1_000_000_000)
    #expect(one.ready.values.allSatisfy { $0 >= alone && $0 <= most })
  }

  @Test(
    "a comparison that is printed reads as the same comparison",
    arguments: ComparedWorkload.allCases)
  func comparisons(workload: ComparedWorkload) throws {
    var study = ISAComparison(workload)
    study.memoryBytes = 64 << 20
    var scenarios = [ComparisonScenario(study)]
    if workload != .nested {
      study.touches = 5
      if workload == .mmio { study.device = .kernelDevice } else { study.backing = .large }
      switch workload {
      case .dirtyLog: study.splitting = .breaking
      case .mmio: study.access = .read
      case .cowStorm: study.sharers = 7
      default: study.access = .read
      }
      if workload != .mmio, workload != .dirtyLog {
        study.batch = 8
        study.population = .reading
      }
      scenarios.append(ComparisonScenario(study))
      scenarios[1].profiles = [try #require(ShippedProfiles.named("skylake-96"))]
      scenarios[1].hosts = [.npt4, .ept5]
    }
    for scenario in scenarios {
      let text = NodeWriter.write(scenario.node)
      let read = try Scenario.read(Array(text.utf8), file: "x.yaml")
      guard case .comparison(let comparison) = read else {
        Issue.record("not a comparison")
        return
      }
      #expect(comparison == scenario)
    }
  }
}
