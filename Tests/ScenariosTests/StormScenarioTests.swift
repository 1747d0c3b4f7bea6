import Costs
import Guests
import HostMemory
import Paging
import Scenarios
import Simulation
import Studies
import Testing

@Suite("A storm is read from a file")
struct StormScenarioTests {
  @Test("each field has its place in the value")
  func fields() throws {
    let text = """
      study: boot-storm
      title: two kinds
      host: {processors: 4, memory: 16 GiB, slice: 2 ms, switch: 1 us, zeroing: 20 GB/s,
        allocationBatch: 7, storageDepth: 3, networkDepth: 5, handlerThreads: 2}
      fleet:
        - {name: small, count: 3, guest: microvm, memory: 128 MiB, source: storedSnapshot}
        - {name: large, guest: debian-boot, memory: 1 GiB, processors: 2, tables: npt4, active: 2,
           touches: repeated}
      policy: {backing: 2M, faultPath: parallel, stagger: 50 ms, startsAtOnce: 2}
      profile: xeon-8269cy
      target: {ready: 2 s, percentile: 95, memory: 4 GiB}
      """
    let scenario = try StormScenario.document.read(Array(text.utf8), file: "x.yaml")
    let storm = scenario.storm
    #expect(scenario.title == "two kinds")
    #expect(storm.host.processors == 4)
    #expect(storm.host.memoryBytes == 16 << 30)
    #expect(storm.host.slice == VirtualDuration(nanoseconds: 2_000_000))
    #expect(storm.host.zeroBytesPerSecond == 20_000_000_000)
    #expect(storm.host.storageDepth == 3)
    #expect(storm.fleet.map(\.name) == ["small", "large"])
    #expect(storm.fleet.map(\.count) == [3, 1])
    #expect(storm.fleet[0].guest.layout.memoryBytes == 128 << 20)
    #expect(storm.fleet[0].source == .storedSnapshot)
    #expect(storm.fleet[1].host == .npt4)
    #expect(storm.fleet[1].active == 2 && storm.fleet[1].touches == .repeated)
    #expect(storm.policy.faultPath == .parallel)
    #expect(storm.policy.backing.bytes == 2 << 20)
    #expect(storm.policy.staggerNanoseconds == 50_000_000)
    #expect(storm.policy.startsAtOnce == 2)
    #expect(storm.profile.name == "xeon-8269cy")
    #expect(scenario.target.ready == VirtualDuration(nanoseconds: 2_000_000_000))
    #expect(scenario.target.percentile == 95)
    #expect(scenario.target.memoryBytes == 4 << 30)
  }

  @Test(
    "a target is spoken as it is written by keys",
    arguments: [
      ("p95 ready < 2 s, memory < 4 GiB", "{ready: 2 s, percentile: 95, memory: 4 GiB}"),
      (
        "[memory < 4GiB, 'p99.9 ready <= 150ms']",
        "{memory: 4 GiB, ready: 150 ms, percentile: 99.9}"
      ),
      ("ready < 3 s", "{ready: 3 s}"), ("'memory<=1 TiB'", "{memory: 1 TiB}"),
    ])
  func spokenTarget(_ spoken: String, _ keyed: String) throws {
    func target(_ text: String) throws -> StormTarget {
      let text = "study: boot-storm\nfleet: [{name: a, guest: microvm}]\ntarget: \(text)\n"
      return try StormScenario.document.read(Array(text.utf8), file: "x.yaml").target
    }
    #expect(try target(spoken) == target(keyed))
  }

  @Test("what is left out has the values of the type")
  func defaults() throws {
    let text = "study: boot-storm\nfleet: [{name: a, guest: microvm}]\n"
    let storm = try StormScenario.document.read(Array(text.utf8), file: "x.yaml").storm
    #expect(storm.host == StormHost())
    #expect(storm.policy == StormPolicy())
    #expect(storm.mode == .cohort)
    #expect(storm.count == 1)
  }

  @Test("a policy's settings are what a file would write")
  func settings() throws {
    let text = "study: boot-storm\nfleet: [{name: a, guest: microvm}]\n"
    var policies = [StormPolicy()]
    for backing in [FrameOrder.small, .large, .huge] {
      for population in StormPolicy.Population.allCases {
        var policy = StormPolicy()
        policy.backing = backing
        policy.population = population
        policies.append(policy)
      }
    }
    var policy = StormPolicy()
    policy.faultPath = .parallel
    policies.append(policy)
    policy.batch = 64
    policy.staggerNanoseconds = 1_500
    policy.startsAtOnce = 7
    policies.append(policy)
    policy.staggerNanoseconds = 25_000_000
    policies.append(policy)
    for policy in policies {
      let overrides = try policy.settings.map { try NodeOverride(parsing: "policy.\($0)") }
      let read = try StormScenario.document.read(
        Array(text.utf8), file: "x.yaml", overrides: overrides)
      #expect(read.storm.policy == policy)
    }
  }
}
