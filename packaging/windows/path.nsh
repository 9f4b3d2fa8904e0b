; The user's Path: puts $INSTDIR at its end, or takes it out. Through the system's own functions, because NSIS' strings end at
; 1,024 characters and a Path that was cut off there would be lost.

!include "LogicLib.nsh"
!include "WinMessages.nsh"

!macro HostkeepPath un
; Expects "add" or "remove" on the stack.
Function ${un}HostkeepPath
  System::Store "S"
  Pop $R0
  ; HKEY_CURRENT_USER, KEY_READ | KEY_WRITE
  System::Call 'advapi32::RegOpenKeyExW(p 0x80000001, w "Environment", i 0, i 0x2001F, *p .r1) i .r0'
  ${If} $0 <> 0
    DetailPrint "The user's Path cannot be opened (error $0)"
    Goto restored
  ${EndIf}
  System::Call 'advapi32::RegQueryValueExW(p r1, w "Path", p 0, *i .r2, p 0, *i .r3) i .r0'
  ${If} $0 = 2 ; ERROR_FILE_NOT_FOUND: there is none yet
    StrCpy $2 2 ; REG_EXPAND_SZ
    StrCpy $3 0
  ${ElseIf} $0 <> 0
  ${OrIf} $2 < 1 ; REG_SZ
  ${OrIf} $2 > 2
    DetailPrint "The user's Path cannot be read (error $0, type $2) and stays as it is"
    Goto closed
  ${EndIf}

  ; The folder between two semicolons, and its length: only a whole entry is one.
  StrCpy $4 ";$INSTDIR;"
  StrLen $5 $4
  ; Zeroed room for the Path, a semicolon on each side, the folder, and two ends.
  IntOp $6 $5 + 8
  IntOp $6 $6 * 2
  IntOp $6 $6 + $3
  System::Alloc $6
  Pop $7
  System::Call 'kernel32::lstrcpyW(p r7, w ";")'
  IntPtrOp $8 $7 + 2
  ${If} $3 > 2
    System::Call 'advapi32::RegQueryValueExW(p r1, w "Path", p 0, p 0, p r8, *i r3) i .r0'
    ${If} $0 <> 0
      DetailPrint "The user's Path cannot be read (error $0) and stays as it is"
      Goto freed
    ${EndIf}
    System::Call 'kernel32::lstrcatW(p r7, w ";")'
  ${EndIf}
  System::Call 'shlwapi::StrStrIW(p r7, w r4) p .r9'
  ${If} $R0 == "add"
    ${If} $9 P<> 0
      Goto freed ; it is in there
    ${EndIf}
    System::Call 'kernel32::lstrcatW(p r7, w "$INSTDIR")'
  ${Else}
    ${If} $9 P= 0
      Goto freed ; it is not in there
    ${EndIf}
    ${DoWhile} $9 P<> 0
      ; What follows the entry moves over it, its first semicolon with it.
      IntOp $6 $5 - 1
      IntOp $6 $6 * 2
      IntPtrOp $R1 $9 + $6
      System::Call 'kernel32::lstrlenW(p R1) i .R2'
      IntOp $R2 $R2 + 1
      IntOp $R2 $R2 * 2
      System::Call 'ntdll::memmove(p r9, p R1, p R2)'
      System::Call 'shlwapi::StrStrIW(p r7, w r4) p .r9'
    ${Loop}
    ; The last semicolon was ours.
    System::Call 'kernel32::lstrlenW(p r8) i .R2'
    ${If} $R2 > 0
      IntOp $R2 $R2 - 1
      IntOp $R2 $R2 * 2
      IntPtrOp $R1 $8 + $R2
      System::Call '*$R1(&i2 0)'
    ${EndIf}
  ${EndIf}
  System::Call 'kernel32::lstrlenW(p r8) i .R2'
  IntOp $R2 $R2 + 1
  IntOp $R2 $R2 * 2
  ${If} $R2 = 2 ; nothing is left in it
    System::Call 'advapi32::RegDeleteValueW(p r1, w "Path") i .r0'
  ${Else}
    System::Call 'advapi32::RegSetValueExW(p r1, w "Path", i 0, i r2, p r8, i R2) i .r0'
  ${EndIf}
  ${If} $0 <> 0
    DetailPrint "The user's Path cannot be written (error $0)"
  ${EndIf}
freed:
  System::Free $7
closed:
  System::Call 'advapi32::RegCloseKey(p r1)'
  ; Programs that are started from now on by Explorer see it.
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
restored:
  System::Store "L"
FunctionEnd
!macroend
