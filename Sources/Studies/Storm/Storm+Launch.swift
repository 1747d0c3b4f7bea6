import Guests
import Simulation

extension Storm {
  /// Whether a launch is to be worked out from a measured boot.
  var hasMeasuredLaunches: Bool { fleet.contains { $0.measuredReady != nil } }

  /// The storm with the launches that measured boots tell.
  ///
  /// What was measured is one machine alone on this host, against whose start nothing was done: so a launch
  /// is the same whatever the policy, and mitigations can be compared.
  func workingOutLaunches() throws(StormError) -> Storm {
    var storm = self
    for (place, flavour) in fleet.enumerated() {
      guard let measured = flavour.measuredReady else { continue }
      var one = flavour
      one.count = 1
      one.measuredReady = nil
      one.variation = nil
      one.guest = one.guest.launched(computeNanoseconds: 0, source: "measured")
      var single = Storm([one], profile: profile)
      single.host = host
      let known = try single.run().flavours[0].alone
      guard known <= measured else {
        throw .measuredTooShort(flavour: flavour.name, measured: measured, known: known)
      }
      // A launch waits: what the monitor works is not known apart, and one that is alone has a processor.
      let wait = UInt64((measured - known).picoseconds) / 1000
      storm.fleet[place].guest = flavour.guest.launched(
        computeNanoseconds: 0, waitNanoseconds: wait, source: "measured")
      storm.fleet[place].measuredReady = nil
    }
    return storm
  }
}
