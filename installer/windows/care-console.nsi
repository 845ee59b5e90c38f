; The desk's installer for Windows. Its payload, dist\windows\care-console\, is what PyInstaller makes of build.spec on
; Windows; this script itself compiles anywhere:  makensis -DVERSION=0.1.0 installer/windows/care-console.nsi
; It installs for one person, asks for no administrator, and takes care-console:// links.
Unicode true
!include "MUI2.nsh"

!ifndef VERSION
  !define VERSION "0.0.0"
!endif
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\CareConsole"

Name "Care Console"
OutFile "..\..\dist\care-console-${VERSION}-setup.exe"
InstallDir "$LOCALAPPDATA\Programs\Care Console"
RequestExecutionLevel user
SetCompressor /SOLID lzma

!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Spanish"

Section "Care Console"
  SetOutPath "$INSTDIR"
  ; What an older release left in its library folder must not be imported by this one.
  RMDir /r "$INSTDIR\_internal"
  File /r "..\..\dist\windows\care-console\*"
  CreateShortCut "$SMPROGRAMS\Care Console.lnk" "$INSTDIR\care-console.exe"
  WriteRegStr HKCU "Software\Classes\care-console" "" "URL:Care Console"
  WriteRegStr HKCU "Software\Classes\care-console" "URL Protocol" ""
  WriteRegStr HKCU "Software\Classes\care-console\shell\open\command" "" '"$INSTDIR\care-console.exe" "%1"'
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "${KEY}" "DisplayName" "Care Console"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
SectionEnd

; Only what was installed is removed: what is still to be sent lies elsewhere, and stays.
Section "Uninstall"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\care-console.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Care Console.lnk"
  DeleteRegKey HKCU "Software\Classes\care-console"
  DeleteRegKey HKCU "${KEY}"
SectionEnd
