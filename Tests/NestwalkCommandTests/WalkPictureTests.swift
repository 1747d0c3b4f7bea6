import Testing

/// What `nestwalk walk` shows, as a user reads it.
@Suite("Pictures of walks")
struct WalkPictureTests {
  @Test("Four levels over four take 24 reads")
  func x86() throws {
    let run = try CommandRun(["walk"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        x86-4 over ept4: a read at CPL 0 at guest-virtual 0x200c0401238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                  PML4E          PDPTE            PDE            PTE          guest
        -- 1-5: the guest's PML4E, at guest-physical 0x100020 ---------------------
                 200000         201000         202000         203800       80100020
                 201507         202507         203507       80100737         101027
        -- 6-10: the guest's PDPTE, at guest-physical 0x101018 --------------------
                 200000         201000         202000         203808       80101018
                 201507         202507         203507       80101737         102027
        -- 11-15: the guest's PDE, at guest-physical 0x102010 ---------------------
                 200000         201000         202000         203810       80102010
                 201507         202507         203507       80102737         103027
        -- 16-20: the guest's PTE, at guest-physical 0x103008 ---------------------
                 200000         201000         202000         203818       80103008
                 201507         202507         203507       80103737       10000063
        -- 21-24: the access, at guest-physical 0x10000238 ------------------------
                 200000         201000         202400         205000
                 201507         202507         205507       90000737

        The access arrives at host-physical 0x90000238: 24 table reads, 0 updates.
          guest page  4K at guest-physical 0x10000000
                      entry: page R/W A D
          host page   4K at host-physical 0x90000000
                      entry: page R W X XU type=6 A D

        """)
  }

  @Test("Five levels over five take 35 reads, and fit 80 columns")
  func fiveLevels() throws {
    let run = try CommandRun(["walk", "--guest", "x86-5", "--access", "write", "--user"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        x86-5 over ept5: a write at CPL 3 at guest-virtual 0x50200c0401238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                PML5E        PML4E        PDPTE          PDE          PTE        guest
        -- 1-6: the guest's PML5E, at guest-physical 0x100028 ------------------------
               200000       201000       202000       203000       204800     80100028
               201507       202507       203507       204507     80100737       101027
        -- 7-12: the guest's PML4E, at guest-physical 0x101020 -----------------------
               200000       201000       202000       203000       204808     80101020
               201507       202507       203507       204507     80101737       102027
        -- 13-18: the guest's PDPTE, at guest-physical 0x102018 ----------------------
               200000       201000       202000       203000       204810     80102018
               201507       202507       203507       204507     80102737       103027
        -- 19-24: the guest's PDE, at guest-physical 0x103010 ------------------------
               200000       201000       202000       203000       204818     80103010
               201507       202507       203507       204507     80103737       104027
        -- 25-30: the guest's PTE, at guest-physical 0x104008 ------------------------
               200000       201000       202000       203000       204820     80104008
               201507       202507       203507       204507     80104737     10000067
        -- 31-35: the access, at guest-physical 0x10000238 ---------------------------
               200000       201000       202000       203400       206000
               201507       202507       203507       206507     90000737

        The access arrives at host-physical 0x90000238: 35 table reads, 0 updates.
          guest page  4K at guest-physical 0x10000000
                      entry: page R/W U/S A D
          host page   4K at host-physical 0x90000000
                      entry: page R W X XU type=6 A D

        """)
  }

  @Test("A large page of the guest saves a row")
  func riscv() throws {
    let run = try CommandRun([
      "walk", "--guest", "sv39", "--host", "sv39x4", "--guest-page", "2M", "--access", "write",
      "--user",
    ])
    #expect(run.status == 0)
    #expect(
      run.output == """
        sv39 over sv39x4: a write in VU-mode at guest-virtual 0xc0400238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                    level 2            level 1            level 0              guest
        -- 1-4: the VS-stage entry of level 2, at guest-physical 0x100018 ----------
                     200000             204000             205800           80100018
                      81001              81401           200400df              40401
        -- 5-8: the VS-stage entry of level 1, at guest-physical 0x101010 ----------
                     200000             204000             205808           80101010
                      81001              81401           200404df            40000df
        -- 9-11: the access, at guest-physical 0x10000238 --------------------------
                     200000             204400             207000
                      81001              81c01           240000df

        The access arrives at host-physical 0x90000238: 11 table reads, 0 updates.
          guest page  2M at guest-physical 0x10000000
                      entry: page R W X U A D
          host page   4K at host-physical 0x90000000
                      entry: page R W X U A D

        """)
  }

  @Test("What the hardware sets is listed")
  func clean() throws {
    let run = try CommandRun([
      "walk", "--guest", "sv39", "--clean", "--access", "write", "--host-page", "1G",
      "--guest-page", "1G",
    ])
    #expect(run.status == 0)
    #expect(
      run.output == """
        sv39 over sv39x4: a write in VS-mode at guest-virtual 0xc0000238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                    level 2              guest
        -- 1-2: the VS-stage entry of level 2, at guest-physical 0x100018 --
                     200000           80100018
                   2000001f           1000000f
        -- 3: the access, at guest-physical 0x40000238 --
                     200008
                   3000001f

        The access arrives at host-physical 0xc0000238: 3 table reads, 4 updates.
          guest page  1G at guest-physical 0x40000000
                      entry: page R W X A D
          host page   1G at host-physical 0xc0000000
                      entry: page R W X U A D

        The walk has changed:
          the G-stage entry of level 2, at 0x200000
            from 0x2000001f to 0x200000df
          the VS-stage entry of level 2, at 0x80100018
            from 0x1000000f to 0x100000cf
          the G-stage entry of level 2, at 0x200008
            from 0x3000001f to 0x300000df

        """)
  }

  @Test("A fault on a guest table ends the grid at the entry that stopped the walk")
  func cascade() throws {
    let run = try CommandRun(["walk", "--guest", "x86-4", "--host", "npt4", "--fault", "cascade"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        x86-4 over npt4: a read at CPL 0 at guest-virtual 0x200c0401238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                  PML4E          PDPTE            PDE            PTE          guest
        -- 1-5: the guest's PML4E, at guest-physical 0x100020 ---------------------
                 200000         201000         202000         203800       80100020
                 201027         202027         203027       80100067         101027
        -- 6-10: the guest's PDPTE, at guest-physical 0x101018 --------------------
                 200000         201000         202000         203808       80101018
                 201027         202027         203027       80101067         102027
        -- 11-15: the guest's PDE, at guest-physical 0x102010 ---------------------
                 200000         201000         202000         203810       80102010
                 201027         202027         203027       80102067         103027
        -- 16-19: the guest's PTE, at guest-physical 0x103008 ---------------------
                 200000         201000         202000         203818
                 201027         202027         203027              0!

        The walk stops at the nested PTE, on the read of the guest's PTE: the entry is
        not present.

        nested-page-fault: nested page fault (exit code 0x400, EXITINFO1 0x200000006):
        walk of a guest table (counted as a user write) at guest-physical 0x103008 for
        linear 0x200c0401238, a nested entry is not present.
          exitcode   0x400
          exitinfo1  0x200000006
          exitinfo2  0x103008

        """)
  }

  @Test("A violation tells which bits of its qualification are defined")
  func violation() throws {
    let run = try CommandRun([
      "walk", "--host", "ept4", "--fault", "permission", "--access", "write", "--guest-page", "1G",
      "--host-page", "2M",
    ])
    #expect(run.status == 0)
    #expect(
      run.output == """
        x86-4 over ept4: a write at CPL 0 at guest-virtual 0x200c0000238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                      PML4E              PDPTE                PDE              guest
        -- 1-4: the guest's PML4E, at guest-physical 0x100020 ----------------------
                     200000             201000             202000           80100020
                     201507             202507           800007b7             101027
        -- 5-8: the guest's PDPTE, at guest-physical 0x101018 ----------------------
                     200000             201000             202000           80101018
                     201507             202507           800007b7           400000e3
        -- 9-11: the access, at guest-physical 0x40000238 --------------------------
                     200000             201008             203000
                     201507             203507           c00005b5!

        The walk stops at the EPT PDE, on the access itself: the rights do not suffice.
                      entry: page R X XU type=6 A

        ept-violation: EPT violation (exit reason 48, qualification 0x1aa): write at
        guest-physical 0x40000238 for linear 0x200c0000238; the EPT entries allow reads,
        fetches.
          exit_reason             48
          exit_qualification      0x1aa  (defined: 0xffffffffffffe1bf)
          guest_physical_address  0x40000238
          guest_linear_address    0x200c0000238

        """)
  }

  @Test("An Arm abort tells its syndrome")
  func arm() throws {
    let run = try CommandRun(["walk", "--guest", "arm-s1-16k", "--fault", "missing", "--user"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        arm-s1-16k over arm-s2-16k: a read at EL0 at guest-virtual 0x3004004238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                    level 1            level 2            level 3              guest
        -- 1-4: the stage-1 entry of level 0, at guest-physical 0x100000 -----------
                     200000             208000             20c200           80100000
                     208003             20c003      80000801007ff             104003
        -- 5-8: the stage-1 entry of level 1, at guest-physical 0x104018 -----------
                     200000             208000             20c208           80104018
                     208003             20c003      80000801047ff             108003
        -- 9-12: the stage-1 entry of level 2, at guest-physical 0x108010 ----------
                     200000             208000             20c210           80108010
                     208003             20c003      80000801087ff             10c003
        -- 13-16: the stage-1 entry of level 3, at guest-physical 0x10c008 ---------
                     200000             208000             20c218           8010c008
                     208003             20c003      800008010c7ff     28000010000743
        -- 17-19: the access, at guest-physical 0x10000238 -------------------------
                     200000             208040             210000
                     208003             210003                  0!

        The walk stops at the stage-2 entry of level 3, on the access itself: the entry
        is not present.

        translation-fault: data abort from a lower exception level, taken to EL2: stage
        2 translation fault, level 3, by a read at guest-virtual 0x3004004238,
        guest-physical page 0x10000000.
          target_el  2
          esr        0x92000007  (defined: 0xfffffffffe003fff)
          far        0x3004004238
          hpfar      0x100000

        """)
  }

  @Test("A fault of the guest's own")
  func guest() throws {
    let run = try CommandRun(["walk", "--guest", "sv48", "--fault", "guest", "--access", "fetch"])
    #expect(run.status == 0)
    #expect(
      run.output == """
        sv48 over sv48x4: a fetch in VS-mode at guest-virtual 0x200c0401238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                level 3        level 2        level 1        level 0          guest
        -- 1-5: the VS-stage entry of level 3, at guest-physical 0x100020 ---------
                 200000         204000         205000         206800       80100020
                  81001          81401          81801       200400df          40401
        -- 6-10: the VS-stage entry of level 2, at guest-physical 0x101018 --------
                 200000         204000         205000         206808       80101018
                  81001          81401          81801       200404df          40801
        -- 11-15: the VS-stage entry of level 1, at guest-physical 0x102010 -------
                 200000         204000         205000         206810       80102010
                  81001          81401          81801       200408df          40c01
        -- 16-20: the VS-stage entry of level 0, at guest-physical 0x103008 -------
                 200000         204000         205000         206818       80103008
                  81001          81401          81801       20040cdf              0!

        The walk stops at the VS-stage entry of level 0: the entry is not present.

        page-fault: instruction page fault at guest-virtual 0x200c0401238.
          scause  0xc
          stval   0x200c0401238
          htval   0x0
          htinst  0x0
          gva     1

        """)
  }
}
