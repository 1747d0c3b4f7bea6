import Costs
import Hypervisor
import Paging
import Testing

@Suite("Faults are told one by one")
struct FaultRoutesTests {
  @Test("the routes add up to the ledger", arguments: [HostFormat.ept4, .npt4, .sv48x4])
  func sum(_ format: HostFormat) throws {
    var host = try Host(bytes: 1 << 30)
    var machine = try VirtualMachine(MachineConfiguration(format, bytes: 64 << 20), on: &host)
    machine.keepsRoutes = true
    var sum = Ledger()
    var most = 0
    for number in 0..<UInt64(3000) {
      let access: Access = number % 3 == 0 ? .read : .write
      let address = GuestPhysical(number * number % (16 << 20))
      _ = machine.touchPhysical(address, access, on: &host)
      let noted = machine.routes
      let routes = try #require(noted)
      most = max(most, routes.taken.count)
      for number in routes.taken { sum += routes.routes[number].ledger }
      machine.removeTakenRoutes()
    }
    let ledger = machine.ledger
    #expect(most == 1)
    #expect(sum.exits == ledger.exits)
    #expect(ledger.exits > 1000)
    for event in FaultEvent.all {
      #expect(sum.count(of: .fault(event)) == ledger.count(of: .fault(event)))
      for component in Component.allCases {
        let whole = ledger.amount(of: component, for: .fault(event))
        #expect(sum.amount(of: component, for: .fault(event)) == whole)
      }
    }
    let noted = machine.routes
    let distinct = try #require(noted).routes
    #expect(distinct.count < 12)
    #expect(Set(distinct).count == distinct.count)
    machine.keepsRoutes = false
    let none = machine.routes == nil
    #expect(none)
  }
}
