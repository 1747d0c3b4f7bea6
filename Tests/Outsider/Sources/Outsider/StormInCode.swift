import Nestwalk

/// A storm that is made in code, and the same from a file: one outcome, byte by byte.
func stormInCode() throws -> String {
  let guest = try GuestPreset.microvm.profile(memoryBytes: 256 << 20)
  var storm = Storm(
    [Flavour("small", count: 20, guest, over: .ept4)], profile: ShippedProfiles.textbook(.x86))
  storm.host.processors = 4
  storm.host.memoryBytes = 16 << 30
  storm.policy.backing = .large
  storm.policy.startsAtOnce = 8
  var target = StormTarget()
  target.memoryBytes = 8 << 30
  let made = StormReport("twenty", storm, try storm.run(), target: target)

  let file = """
    study: boot-storm
    title: twenty
    host: {processors: 4, memory: 16 GiB}
    fleet: [{name: small, count: 20, guest: microvm, memory: 256 MiB}]
    policy: {backing: 2M, startsAtOnce: 8}
    target: {memory: 8 GiB}
    """
  let scenario = try StormScenario.document.read(Array(file.utf8), file: "twenty.yaml")
  let read = StormReport(
    scenario.title, scenario.storm, try scenario.storm.run(), target: scenario.target)
  return made.json == read.json && made.json.count > 1000
    ? "the same bytes\n" : "other bytes\n"
}
